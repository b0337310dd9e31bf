/** Pieces that readable pages are made of: texts, times and people of stored JSON, where what is odd counts as absent. */
import { z } from 'zod';
import { escapedHtml } from '../html/escaped-html.ts';
import { reducedHtml, type Replacements } from '../html/reduced-html.ts';

export const text = z.string().nullish().catch(undefined);
export const bodySchema = z.object({ contentType: text, content: text }).nullish().catch(undefined);

/** Entries that have another shape are left out. */
export function entriesOf<T>(schema: z.ZodType<T>, entries: unknown): T[] {
  if (!Array.isArray(entries)) return [];
  return entries.flatMap((entry: unknown) => {
    const parsed = schema.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

/** A body as Graph gives it: HTML unless it says that it is text. */
export function bodyHtml(body: z.infer<typeof bodySchema>, replacements?: Replacements): string {
  const content = body?.content ?? '';
  if (body?.contentType === 'text') return `<div class="plain">${escapedHtml(content)}</div>`;
  return `<div>${reducedHtml(content, replacements)}</div>`;
}

/** A time as people read it, in UTC because the file is read anywhere; nothing for what is no time. */
export function timeHtml(time: string | null | undefined): string {
  const ms = Date.parse(time ?? '');
  if (Number.isNaN(ms)) return '';
  const iso = new Date(ms).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

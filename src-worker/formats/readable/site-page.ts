/** A page of a SharePoint site as people read it: its texts in their order. What web parts load is not in a backup. */
import { z } from 'zod';
import { escapedHtml } from '../html/escaped-html.ts';
import { pageFoot, pageHead } from '../html/html-page.ts';
import { reducedHtml } from '../html/reduced-html.ts';
import { entriesOf, text } from './parts.ts';

const columnSchema = z.object({ webparts: z.unknown().optional() });
const sectionSchema = z.object({ columns: z.unknown().optional() });
const layoutSchema = z.object({
  horizontalSections: z.unknown().optional(),
  verticalSection: columnSchema.nullish().catch(undefined),
});
const webPartSchema = z.object({
  innerHtml: text,
  data: z.object({ title: text, description: text }).nullish().catch(undefined),
});
const pageSchema = z.object({
  title: text,
  name: text,
  description: text,
  canvasLayout: layoutSchema.nullish().catch(undefined),
});

export function sitePage(json: unknown): string {
  const { data: page } = pageSchema.safeParse(json);
  const layout = page?.canvasLayout;
  const columns = entriesOf(sectionSchema, layout?.horizontalSections).flatMap((section) =>
    entriesOf(columnSchema, section.columns),
  );
  const all = [...columns, ...(layout?.verticalSection ? [layout.verticalSection] : [])];
  const parts = all.flatMap(({ webparts }) => entriesOf(webPartSchema, webparts)).map(webPartHtml);
  return pageHead(page?.title || page?.name || 'Page', page?.description ?? '') + parts.join('') + pageFoot;
}

function webPartHtml({ innerHtml, data }: z.infer<typeof webPartSchema>): string {
  if (typeof innerHtml === 'string') return `<article>${reducedHtml(innerHtml)}</article>\n`;
  const title = [data?.title, data?.description].filter(Boolean).join(': ');
  return `<article><p class="quiet">[${escapedHtml(title || 'web part')}]</p></article>\n`;
}

/**
 * What the headers of an answer say about how much a service still takes: SharePoint tells once most of a minute is
 * used, the directory how near its limit is (graph facts, section 2). Services tell as best they can, so what makes no
 * sense is no news.
 */
import { z } from 'zod';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * SharePoint: so many resource units until the window ends, of so many in all where it says that. The directory: what
 * share of the limit is used, 1 is all.
 */
export type LoadNews =
  | {
      readonly kind: 'units';
      readonly remaining: number;
      readonly resetMs: number;
      readonly limit?: number | undefined;
    }
  | { readonly kind: 'share'; readonly share: number };

const unitsHeader = 'ratelimit-remaining';
const shareHeader = 'x-ms-throttle-limit-percentage';
const longestResetSeconds = 86_400;
const number = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,9})?$/)
  .transform(Number);
const unitsSchema = z.object({
  remaining: number,
  resetSeconds: number.refine((seconds) => seconds <= longestResetSeconds),
  // What is wrong with it takes nothing from the others.
  limit: number.optional().catch(undefined),
});

/** Header names are in lower case. */
export function readLoadNews(headers: Headers): LoadNews | undefined {
  // Asked of every answer, and nearly none has any of it.
  if (headers[unitsHeader] === undefined && headers[shareHeader] === undefined) return undefined;
  const text = (name: string): string | undefined => headers[name]?.toString().trim();
  const units = unitsSchema.safeParse({
    remaining: text(unitsHeader),
    resetSeconds: text('ratelimit-reset'),
    limit: text('ratelimit-limit'),
  });
  if (units.success) {
    const { remaining, resetSeconds, limit } = units.data;
    return { kind: 'units', remaining, resetMs: resetSeconds * 1_000, limit };
  }
  const share = number.safeParse(text(shareHeader));
  return share.success ? { kind: 'share', share: share.data } : undefined;
}

/**
 * Reads a Retry-After header: seconds, possibly with a fraction, or an HTTP date. Answers undefined when there is
 * none or when it makes no sense; a wait of more than an hour is cut to an hour.
 */
export function readRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const delayMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - nowMs;
  if (Number.isNaN(delayMs)) return undefined;
  return Math.min(Math.max(delayMs, 0), 3_600_000);
}

/**
 * How long an answer asks to keep away: Retry-After, or the end of a window in which nothing is left. Where both are
 * told and differ, the longer one holds (graph facts, section 2). Undefined when neither is.
 */
export function readWaitMs(headers: Headers, nowMs: number): number | undefined {
  const retryAfterMs = readRetryAfterMs(headers['retry-after']?.toString(), nowMs);
  const news = readLoadNews(headers);
  if (news?.kind !== 'units' || news.remaining > 0) return retryAfterMs;
  return Math.max(retryAfterMs ?? 0, news.resetMs);
}

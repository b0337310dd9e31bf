/**
 * What a snapshot covers: for every account and service, how much there is, what became of it, and the cause of every
 * gap. In every row, `enumerated` is the sum of `saved`, `unchanged`, `skipped`, `failed` and `outOfScope`.
 */
import { z } from 'zod';
import { accountRowSchema } from './rows.ts';

const count = z.number().int().nonnegative();

/** Why something is out of scope, beside what went wrong. */
export type ScopeCode = 'service-not-chosen' | 'left-out' | 'not-offered-by-microsoft' | 'not-reached';

/** What a protected item can leave out of a service that it saves. */
export type LeftOut = 'hidden-folders' | 'recoverable-items' | 'file-versions';

const coverageGapSchema = z.object({
  /** `not-reached`: the run ended before. `incomplete`: the item is in the snapshot without a part of it, and counts as saved or unchanged. */
  outcome: z.enum(['incomplete', 'skipped', 'failed', 'not-reached', 'out-of-scope']),
  /** What is missing: single items, what is new in whole folders or the whole service, or in more than one account. */
  what: z.enum(['items', 'folders', 'service', 'run']),
  /** An error code, a `GapCode` or a `ScopeCode`. */
  code: z.string(),
  /** What it means, in a sentence. */
  meaning: z.string(),
  /** Of `what`; how many items lie in folders or services that could not be listed, nobody knows. */
  count,
});
export type CoverageGap = z.infer<typeof coverageGapSchema>;

const coverageRowSchema = z.object({
  account: accountRowSchema,
  /** A service as a person chooses it, or something that no service of this version saves. */
  service: z.string(),
  /** True where Microsoft offers the interface that the service stands on as beta only. */
  isBeta: z.boolean(),
  /** Items that exist as far as they could be listed. */
  enumerated: count,
  /** Read since the snapshot before. */
  saved: count,
  /** In the snapshot from earlier runs, and still as they were. */
  unchanged: count,
  skipped: count,
  failed: count,
  outOfScope: count,
  /** Of the skipped and failed items: those of which an earlier version is in the snapshot. */
  outdated: count,
  sizeBytes: count,
  gaps: z.array(coverageGapSchema),
});
export type CoverageRow = z.infer<typeof coverageRowSchema>;

/** A service as a report names it. */
export function serviceTitle({ service, isBeta }: Pick<CoverageRow, 'service' | 'isBeta'>): string {
  return isBeta ? `${service} (beta)` : service;
}

export const coverageReportSchema = z.object({
  protectedItemName: z.string(),
  organizationName: z.string(),
  snapshot: z.number().int().positive(),
  outcome: z.string(),
  committedAt: z.string(),
  /** By account, then service. */
  rows: z.array(coverageRowSchema),
  /** What concerns no single account that the snapshot knows: the run was stopped, or an account was not found. */
  runGaps: z.array(coverageGapSchema),
});
export type CoverageReport = z.infer<typeof coverageReportSchema>;

export const coverageFormats = ['json', 'csv', 'html'] as const;
export type CoverageFormat = (typeof coverageFormats)[number];

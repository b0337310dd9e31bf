/** What a job says while it runs and when it has ended. */
import { z } from 'zod';
import { leftOutReasons, leftReasons } from './account-choice.ts';
import { accountRowSchema, snapshotCountsSchema } from './rows.ts';

const count = z.number().nonnegative();

const jobPhases = [
  'preparing',
  'saving',
  'committing',
  'restoring',
  'verifying',
  'indexing',
  'planning',
  'applying',
  'undoing',
] as const;

/** The parts of Microsoft 365 that have limits of their own. */
const limitedServices = ['outlook', 'directory', 'sharepoint', 'teams', 'planner'] as const;

/**
 * How much of a service's limit is used, of its fullest window: so many requests, or resource units where the service
 * counts those, in `windowMs`. Outlook's windows are those of single mailboxes. `free` is what may start at once.
 */
const serviceBudgetSchema = z.object({
  service: z.enum(limitedServices),
  allowed: count,
  used: count,
  free: count,
  windowMs: count,
  /** How long the service has asked to keep away since the job began. */
  throttledMs: count,
  /**
   * In how long the work that is known to be left will be done under the limits; null while that is not known. The run
   * may take longer: this is what it cannot be faster than.
   */
  forecastMs: count.nullable(),
});
export type ServiceBudget = z.infer<typeof serviceBudgetSchema>;

/** Progress: never more certain than the facts, so totals are null until they are known. */
export const jobProgressSchema = z.object({
  phase: z.enum(jobPhases),
  accountsDone: count,
  accountsTotal: count.nullable(),
  itemsDone: count,
  itemsTotal: count.nullable(),
  bytes: count,
  requests: count,
  throttled: count,
  /** Somebody asked for a pause: requests under way end, and nothing new starts. */
  isPaused: z.boolean(),
  /** Since the job began, pauses included. */
  elapsedMs: count,
  /** Null while there is nothing to tell it from. */
  remainingMs: count.nullable(),
  /** Of services whose calls are limited in number; none in a job that asks nothing of Microsoft 365. */
  budget: z.array(serviceBudgetSchema),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;

const causeSchema = z.object({ outcome: z.enum(['skipped', 'failed']), code: z.string(), count });

export const backupReportSchema = z.object({
  snapshot: count,
  outcome: z.enum(['complete', 'partial', 'checkpoint']),
  counts: snapshotCountsSchema,
  issues: z.array(causeSchema),
  /** What was chosen by name and could not be found or read: users, groups, sites, or a whole list of them. */
  missingAccounts: z.array(z.string()),
  /** Accounts that the selection covers and that its rule, or their nature, leaves out. */
  leftOut: z.array(z.object({ reason: z.enum(leftOutReasons), count })),
  /** Who was saved before and is not any more, since this run. What was saved of them stays. */
  leavers: z.array(
    accountRowSchema.pick({ address: true, name: true, kind: true }).extend({ left: z.enum(leftReasons) }),
  ),
  stored: z.object({ packs: count, packBytes: count, chunks: count }),
  /** Packs that a crashed run left and this one took over; `damaged` ones are left for prune. */
  adopted: z.object({ packs: count, sizeBytes: count, damaged: count }),
  network: z.object({
    requests: count,
    retried: count,
    throttled: count,
    waitedMs: count,
    bytesReceived: count,
    /** As the run left the limits. */
    budget: z.array(serviceBudgetSchema),
  }),
  durationMs: count,
});
export type BackupReport = z.infer<typeof backupReportSchema>;

export const restoreReportSchema = z.object({
  restored: count,
  /** Their files were there already and were left. */
  skipped: count,
  failed: count,
  /** Restored in part, by choice: the rest cannot be read from the vault. */
  damaged: count,
  bytes: count,
  /** What could not be restored, or not all of it, at most 1,000 lines; the numbers above are complete. */
  problems: z.array(z.object({ item: z.string(), code: z.string(), message: z.string() })),
  /** The folder, or the .zip file as it is called now. */
  targetPath: z.string(),
  durationMs: count,
});
export type RestoreReport = z.infer<typeof restoreReportSchema>;

export const verifyReportSchema = z.object({
  isClean: z.boolean(),
  snapshots: count,
  packs: count,
  packBytes: count,
  chunks: count,
  items: count,
  /** Packs that no snapshot lists: the next backup takes them over, or prune removes them. */
  orphanPacks: count,
  /** Open markers and segments that a crash left. */
  leftovers: count,
  problems: z.array(z.object({ file: z.string(), code: z.string(), message: z.string() })),
  durationMs: count,
});
export type VerifyReport = z.infer<typeof verifyReportSchema>;

/** A restore to Microsoft 365: what it would do, what it did, and what undoing it did. */
import { z } from 'zod';
import { serviceNameSchema } from './protected-item.ts';

const count = z.number().int().nonnegative();

/** What to do about an item that stands there already. */
export const conflictChoices = ['skip', 'keep-both', 'replace'] as const;

/** What a step of a plan does. */
const stepActions = ['create', 'replace', 'skip', 'cannot'] as const;
export type StepAction = (typeof stepActions)[number];

/** What a person should know before a plan is applied. */
const planWarnings = [
  /** No one is sent an invitation or a cancellation. */
  'no-invitations',
  /** What is written counts as new for the retention policies of the target. */
  'target-retention',
  /** Who made and last changed a file or event cannot be written. */
  'authors-change',
] as const;
export type PlanWarning = (typeof planWarnings)[number];

/** Where a restore stands. */
export const restoreStates = ['planned', 'applying', 'applied', 'undoing', 'undone'] as const;
export type RestoreState = (typeof restoreStates)[number];

/** Where to put what is restored: into the folders in which it was, or below a new folder of this name. */
const restoreLocationSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('original') }),
  z.object({ kind: z.literal('folder'), name: z.string().trim().min(1).max(200) }),
]);
export type RestoreLocation = z.infer<typeof restoreLocationSchema>;

/** What was asked for. */
export const restoreRequestSchema = z.object({
  /** Id, address or name of an account of the snapshot; all of them without. */
  account: z.string().trim().min(1).max(320).optional(),
  service: serviceNameSchema.optional(),
  folder: z.string().min(1).max(8192).optional(),
  item: z.string().min(1).max(1024).optional(),
  /** Address or id of another account; for one account only. */
  toAccount: z.string().trim().min(1).max(320).optional(),
  location: restoreLocationSchema.default({ kind: 'original' }),
  conflict: z.enum(conflictChoices).default('skip'),
});
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;

const countsByReason = z.array(z.object({ action: z.enum(stepActions), reason: z.string(), count }));

/** A plan in numbers; what each item gets is in its steps. */
export const restorePlanSchema = z.object({
  id: z.string(),
  state: z.enum(restoreStates),
  createdAt: z.string(),
  protectedItemId: z.string(),
  snapshot: count,
  request: restoreRequestSchema,
  /**
   * Steps by what they do. Why they skip or cannot: `there-already`, the same item stands in the target;
   * `there-changed`, it was changed there since; `there-moved`, it
   * stands in another folder or under another name; `no-restore-yet`, Holdfast cannot write this kind of item back; or the code of an error. Empty for the others.
   */
  steps: countsByReason,
  foldersToMake: count,
  requests: count,
  bytes: count,
  /** What the limits of Microsoft 365 allow at best. */
  durationMs: count,
  warnings: z.array(z.enum(planWarnings)),
});
export type RestorePlan = z.infer<typeof restorePlanSchema>;

export const planStepSchema = z.object({
  number: count,
  account: z.string(),
  service: z.string(),
  folder: z.string(),
  title: z.string(),
  sizeBytes: count,
  action: z.enum(stepActions),
  reason: z.string(),
  state: z.enum(['planned', 'started', 'done', 'failed', 'undone', 'kept']),
});
export type PlanStep = z.infer<typeof planStepSchema>;

const problems = z.array(z.object({ item: z.string(), code: z.string(), message: z.string() }));

/** How applying ended. What failed is tried again when it is applied once more. */
export const applyReportSchema = z.object({
  id: z.string(),
  created: count,
  replaced: count,
  skipped: count,
  cannot: count,
  failed: count,
  bytes: count,
  /** At most 1,000 lines; the numbers are complete. */
  problems,
  requests: count,
  durationMs: count,
});
export type ApplyReport = z.infer<typeof applyReportSchema>;

/** How undoing ended. `kept` were changed since by somebody, and stay. */
export const undoReportSchema = z.object({
  id: z.string(),
  removed: count,
  putBack: count,
  kept: count,
  failed: count,
  problems,
  requests: count,
  durationMs: count,
});
export type UndoReport = z.infer<typeof undoReportSchema>;

/** Two snapshots of a protected item side by side: what came, went, moved and changed between them. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { recordIdSchema, serviceNameSchema } from '../model/protected-item.ts';
import { accountRowSchema } from '../model/rows.ts';
import { folderNameSchema, vaultHandleSchema } from './scope.ts';

const count = z.number().int().nonnegative();

/** What became of an item. One that moved and changed counts as changed. */
const changeKinds = ['added', 'removed', 'moved', 'changed'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * `mass-removal`: of an account's service a quarter and at least twenty items are gone. `mass-change`: half of them, and at
 * least twenty, have other content.
 */
const compareWarnings = ['mass-removal', 'mass-change'] as const;

const accountSchema = accountRowSchema.pick({ id: true, address: true, name: true });
const sideSchema = z.object({ folderPath: z.string(), sizeBytes: count, title: z.string() });

const changeSchema = z.object({
  kind: z.enum(changeKinds),
  account: accountSchema,
  service: z.string(),
  id: z.string(),
  /** False of a message that was only read, or marked. */
  isContentChanged: z.boolean(),
  before: sideSchema.nullable(),
  after: sideSchema.nullable(),
});
export type ItemChange = z.infer<typeof changeSchema>;

const totalSchema = z.object({
  account: accountSchema,
  service: z.string(),
  before: count,
  after: count,
  added: count,
  removed: count,
  moved: count,
  changed: count,
  contentChanged: count,
  warnings: z.array(z.enum(compareWarnings)),
});
export type ChangeTotal = z.infer<typeof totalSchema>;

const comparisonSchema = z.object({
  from: count,
  to: count,
  /** By account and service, where anything is different. */
  totals: z.array(totalSchema),
  changes: z.array(changeSchema),
  /** Changes beyond those that are listed. */
  more: count,
});
export type Comparison = z.infer<typeof comparisonSchema>;

const compareInputSchema = z.object({
  vault: vaultHandleSchema,
  protectedItemId: recordIdSchema,
  from: z.number().int().positive(),
  /** The newest unless given. */
  to: z.number().int().positive().optional(),
  account: z.string().trim().min(1).max(320).optional(),
  service: serviceNameSchema.optional(),
  /** Of one service of one account: this folder and what is below it, before or after. */
  folder: folderNameSchema.optional(),
  item: z.string().min(1).max(1024).optional(),
  limit: z.number().int().min(0).max(10_000).default(200),
});
export type CompareInput = z.infer<typeof compareInputSchema>;

export const compareContract = {
  snapshots: oc.input(compareInputSchema).output(comparisonSchema),
};

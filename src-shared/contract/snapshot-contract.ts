/** Snapshots: what there is, and what lies in it. Lists come in pages, by a key and never by an offset. */
import { oc } from '@orpc/contract';
import { z } from 'zod';
import { accountRowSchema, issueRowSchema, snapshotCountsSchema, snapshotOutcomes } from '../model/rows.ts';
import { coverageFormats, coverageReportSchema } from '../model/coverage.ts';
import { recordIdSchema } from '../model/protected-item.ts';
import {
  accountInputSchema,
  folderNameSchema,
  listedItemSchema,
  snapshotInputSchema,
  vaultHandleSchema,
} from './scope.ts';

const count = z.number().int().nonnegative();

const snapshotSchema = z.object({
  protectedItemId: z.string(),
  protectedItemName: z.string(),
  organizationName: z.string(),
  number: count,
  outcome: z.enum(snapshotOutcomes),
  startedAt: z.string(),
  committedAt: z.string(),
  counts: snapshotCountsSchema,
  issues: z.array(z.object({ outcome: z.string(), code: z.string(), count })),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

const folderSchema = z.object({
  id: z.string(),
  path: z.string(),
  isHidden: z.boolean(),
  items: count,
  sizeBytes: count,
});
export type Folder = z.infer<typeof folderSchema>;

export const snapshotContract = {
  list: oc
    .input(z.object({ vault: vaultHandleSchema, protectedItemId: recordIdSchema.optional() }))
    .output(z.array(snapshotSchema)),
  accounts: oc.input(snapshotInputSchema).output(z.array(accountRowSchema)),
  folders: oc.input(accountInputSchema).output(z.array(folderSchema)),
  items: oc
    .input(
      accountInputSchema.extend({
        folder: folderNameSchema,
        /** Id of the last item of the page before. */
        after: z.string().max(1024).optional(),
        limit: z.number().int().min(1).max(1000).default(100),
      }),
    )
    .output(z.object({ items: z.array(listedItemSchema), isLast: z.boolean() })),
  /** What the snapshot lacks, and why. */
  issues: oc.input(accountInputSchema).output(z.array(issueRowSchema)),
  /** What the snapshot covers: every account with every service, and the cause of every gap. */
  coverage: oc.input(snapshotInputSchema).output(coverageReportSchema),
  /** The same as a document to keep. */
  coverageDocument: oc
    .input(snapshotInputSchema.extend({ format: z.enum(coverageFormats) }))
    .output(z.object({ text: z.string() })),
};

/** Search over all snapshots of a vault, by the words of what lists show. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { jobProgressSchema } from '../model/job.ts';
import { recordIdSchema, serviceNameSchema } from '../model/protected-item.ts';
import { accountRowSchema } from '../model/rows.ts';
import { vaultHandleSchema } from './scope.ts';

const count = z.number().int().nonnegative();

const foundItemSchema = z.object({
  protectedItemId: z.string(),
  account: accountRowSchema.pick({ id: true, address: true, name: true }),
  service: z.string(),
  folderId: z.string(),
  /** As it was called when the item was last there. */
  folderPath: z.string(),
  id: z.string(),
  sizeBytes: count,
  info: z.record(z.string(), z.unknown()),
  /** The snapshots that hold it in this form; null where the newest does. */
  firstSnapshot: count,
  lastSnapshot: count.nullable(),
});
export type FoundItem = z.infer<typeof foundItemSchema>;

const searchResultSchema = z.object({
  items: z.array(foundItemSchema),
  /** What `before` of the next page is; null where there is none. */
  next: count.nullable(),
});
export type SearchResult = z.infer<typeof searchResultSchema>;

const searchQuerySchema = z.object({
  words: z.string().trim().min(1).max(1000),
  protectedItemId: recordIdSchema.optional(),
  /** Id, address or name. */
  account: z.string().trim().min(1).max(320).optional(),
  service: serviceNameSchema.optional(),
  hasAttachments: z.boolean().optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  before: count.optional(),
  limit: z.number().int().min(1).max(1000).default(100),
});
/** What to look for; all of it must hold. */
export type SearchQuery = z.infer<typeof searchQuerySchema>;

export const searchContract = {
  /**
   * What has all of the words, each from its beginning, without regard to case and accents; newest first. Makes the index
   * of what came since the last search before, and tells of that.
   */
  items: oc
    .input(searchQuerySchema.extend({ vault: vaultHandleSchema }))
    .output(eventIterator(jobProgressSchema, searchResultSchema)),
};

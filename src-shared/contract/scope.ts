/** Inputs that several nouns of the contract share. */
import { z } from 'zod';
import { recordIdSchema, serviceNameSchema } from '../model/protected-item.ts';

/** An open vault: given by `vault.open`, valid until `vault.close` or the end of the engine. */
export const vaultHandleSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** A protected item's snapshot in an open vault; without `snapshot`, the newest. */
export const snapshotInputSchema = z.object({
  vault: vaultHandleSchema,
  protectedItemId: recordIdSchema,
  snapshot: z.number().int().positive().optional(),
});

/** One service of an account of a snapshot; the account by id, address or name. */
export const accountInputSchema = snapshotInputSchema.extend({
  account: z.string().trim().min(1).max(320),
  service: serviceNameSchema.default('mail'),
});

/** Folders are named by their path, names joined with `/`, or by id; a `/` in a name is written `\/`. */
export const folderNameSchema = z.string().min(1).max(8192);

/** An item as lists have it. */
export const listedItemSchema = z.object({
  id: z.string(),
  folderId: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  info: z.record(z.string(), z.unknown()),
});
export type ListedItem = z.infer<typeof listedItemSchema>;

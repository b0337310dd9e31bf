/** What to back up from one organization, and where to. */
import { z } from 'zod';
import { serviceNames } from './service-name.ts';

/** Which mailboxes: all, only some, or all but some; users by object id, user principal name or address. */
const mailboxSelectionSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('all') }),
  z.object({
    mode: z.literal('selected'),
    users: z.array(z.string().trim().min(1).max(320)).min(1).max(100_000),
  }),
  z.object({ mode: z.literal('excluding'), users: z.array(z.string().trim().min(1).max(320)).max(100_000) }),
]);
export type MailboxSelection = z.infer<typeof mailboxSelectionSchema>;

export const serviceNameSchema = z.enum(serviceNames);

/** Ids of protected items, organizations and vaults: 32 hexadecimal digits. */
export const recordIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Names that people give: shown, and usable in place of an id. */
export const recordNameSchema = z.string().trim().min(1).max(120);

const failurePolicies = ['continue', 'stop'] as const;

export const protectedItemSchema = z.object({
  id: recordIdSchema,
  name: recordNameSchema,
  organizationId: recordIdSchema,
  vaultId: recordIdSchema,
  mailboxes: mailboxSelectionSchema,
  services: z.array(serviceNameSchema).min(1),
  /** What a run does at its first failed item: goes on with the others, or ends with what it has. */
  onFailure: z.enum(failurePolicies).default('continue'),
});
export type ProtectedItem = z.infer<typeof protectedItemSchema>;

/** Storage Vaults: create, unlock, verify. Passwords travel in inputs only and are never answered. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { jobProgressSchema, verifyReportSchema } from '../model/job.ts';
import { recordIdSchema } from '../model/protected-item.ts';
import { vaultHandleSchema } from './scope.ts';

const folderPath = z.string().min(1).max(4096).describe('absolute path of the vault’s folder');
const password = z.string().min(1).max(1024);

/** Ways to unlock a vault. */
export const keyInputSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password'), password }),
  z.object({ kind: z.literal('recovery'), recoveryKey: z.string().min(1).max(512) }),
]);
export type KeyInput = z.infer<typeof keyInputSchema>;

export const vaultContract = {
  /** Creates a vault and answers the recovery key once; it is stored nowhere. */
  create: oc
    .input(z.object({ path: folderPath, password }))
    .output(z.object({ vaultId: recordIdSchema, recoveryKey: z.string() })),
  open: oc
    .input(z.object({ path: folderPath, key: keyInputSchema }))
    .output(z.object({ vaultId: recordIdSchema, vault: vaultHandleSchema, notice: z.string().nullable() })),
  close: oc.input(z.object({ vault: vaultHandleSchema })).output(z.void()),
  verify: oc
    .input(z.object({ vault: vaultHandleSchema, readsData: z.boolean() }))
    .output(eventIterator(jobProgressSchema, verifyReportSchema)),
};

/** What this machine remembers of organizations, vaults and jobs. Never a secret: those are in the secrets store. */
import { z } from 'zod';
import { errorCodes } from '../../src-shared/errors/error-code.ts';
import { regionSchema } from '../../src-shared/model/connection.ts';
import { recordIdSchema, recordNameSchema } from '../../src-shared/model/protected-item.ts';

export const organizationRecordSchema = z.object({
  id: recordIdSchema,
  name: recordNameSchema,
  region: regionSchema,
  tenantId: z.string().min(1),
  clientId: z.guid(),
  credentialKind: z.enum(['secret', 'certificate']),
});
/** An organization, but for the secret or private key of its application. */
export type OrganizationRecord = z.infer<typeof organizationRecordSchema>;

export const vaultRecordSchema = z.object({
  /** The vault's own id, so that a vault is the same on every machine. */
  id: recordIdSchema,
  name: recordNameSchema,
  path: z.string().min(1),
});
export type VaultRecord = z.infer<typeof vaultRecordSchema>;

const jobKinds = ['backup', 'restore', 'verify'] as const;
const jobOutcomes = ['complete', 'partial', 'failed', 'cancelled'] as const;

export const jobRecordSchema = z.object({
  id: recordIdSchema,
  kind: z.enum(jobKinds),
  vaultId: recordIdSchema,
  /** Null for jobs that concern a whole vault. */
  protectedItemId: recordIdSchema.nullable(),
  startedAt: z.iso.datetime(),
  /** Null while it runs, and for ever if its process was killed. */
  endedAt: z.iso.datetime().nullable(),
  outcome: z.enum(jobOutcomes).nullable(),
  errorCode: z.enum(errorCodes).nullable(),
  /** The report of the engine, by kind; null without one. */
  report: z.record(z.string(), z.unknown()).nullable(),
});
/** One run, as it is kept for ever. */
export type JobRecord = z.infer<typeof jobRecordSchema>;

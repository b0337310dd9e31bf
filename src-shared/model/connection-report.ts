/** What a connection test found out. */
import { z } from 'zod';
import { errorCodes } from '../errors/error-code.ts';
import { permissionServices } from './permission.ts';

const failedSchema = z.object({ isOk: z.literal(false), code: z.enum(errorCodes), message: z.string() });
const stepSchema = z.union([z.object({ isOk: z.literal(true) }), failedSchema]);

/**
 * One cheap read of a service. `absent`: allowed, but nobody among the first accounts has it. `failed` says nothing
 * about permissions: the service did not answer as it should.
 */
const probeSchema = z.object({
  service: z.enum(permissionServices),
  state: z.enum(['allowed', 'denied', 'absent', 'failed']),
  /** Why it is not allowed; empty where it is. */
  message: z.string(),
});

/** When the credential ends. `endsAt` is null where it is not known, and `reason` says why. */
const expirySchema = z.object({
  kind: z.enum(['secret', 'certificate']),
  endsAt: z.iso.datetime().nullable(),
  daysLeft: z.number().int().nullable(),
  reason: z.string(),
});

/** The steps of a test and, per permission, whether it was granted and what its absence costs. */
export const connectionReportSchema = z.object({
  token: stepSchema,
  organization: stepSchema,
  users: stepSchema,
  /** Null where it could not be read. */
  tenantName: z.string().nullable(),
  permissions: z.array(
    z.object({ name: z.string(), state: z.enum(['granted', 'missing', 'not-needed']), cost: z.string() }),
  ),
  probes: z.array(probeSchema),
  expiry: expirySchema,
});
export type ConnectionReport = z.infer<typeof connectionReportSchema>;

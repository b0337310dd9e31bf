/** What a connection test found out. */
import { z } from 'zod';
import { errorCodes } from '../errors/error-code.ts';

const stepSchema = z.union([
  z.object({ isOk: z.literal(true) }),
  z.object({ isOk: z.literal(false), code: z.enum(errorCodes), message: z.string() }),
]);

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
});
export type ConnectionReport = z.infer<typeof connectionReportSchema>;

/** Backups: progress while it runs, the report at its end. Ending the stream early cancels the run. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { graphConnectionSchema } from '../model/connection.ts';
import { backupReportSchema, jobProgressSchema } from '../model/job.ts';
import { protectedItemSchema, recordNameSchema } from '../model/protected-item.ts';
import { vaultHandleSchema } from './scope.ts';

export const backupContract = {
  run: oc
    .input(
      z.object({
        vault: vaultHandleSchema,
        protectedItem: protectedItemSchema,
        organizationName: recordNameSchema,
        connection: graphConnectionSchema,
      }),
    )
    .output(eventIterator(jobProgressSchema, backupReportSchema)),
};

/**
 * Backups: progress while it runs, the report at its end. Ending the stream early cancels the run. One run at a time
 * writes to a vault, so the vault names the run that is paused or goes on.
 */
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
  /** Requests under way end and nothing new starts, for as long as it takes; its progress says so. */
  pause: oc.input(z.object({ vault: vaultHandleSchema })).output(z.object({})),
  resume: oc.input(z.object({ vault: vaultHandleSchema })).output(z.object({})),
};

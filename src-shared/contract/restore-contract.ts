/** Restores to this PC. Nothing that exists is overwritten. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { jobProgressSchema, restoreReportSchema } from '../model/job.ts';
import { folderNameSchema, snapshotInputSchema } from './scope.ts';

export const restoreContract = {
  /** One item, one folder with what is below it, one account, or without `account` all of them. */
  files: oc
    .input(
      snapshotInputSchema.extend({
        account: z.string().trim().min(1).max(320).optional(),
        folder: folderNameSchema.optional(),
        item: z.string().min(1).max(1024).optional(),
        targetPath: z.string().min(1).max(4096),
      }),
    )
    .output(eventIterator(jobProgressSchema, restoreReportSchema)),
};

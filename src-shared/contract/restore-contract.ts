/** Restores to this PC. Nothing that exists is overwritten. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { jobProgressSchema, restoreReportSchema } from '../model/job.ts';
import { serviceNameSchema } from '../model/protected-item.ts';
import { folderNameSchema, snapshotInputSchema } from './scope.ts';

export const vcardVersions = ['3.0', '4.0'] as const;

export const restoreContract = {
  /**
   * One item, one folder with what is below it, one account, or without `account` all of them; of one service, or
   * without `service` of mail for an item or folder, and of all services otherwise.
   */
  files: oc
    .input(
      snapshotInputSchema.extend({
        account: z.string().trim().min(1).max(320).optional(),
        service: serviceNameSchema.optional(),
        folder: folderNameSchema.optional(),
        item: z.string().min(1).max(1024).optional(),
        targetPath: z.string().min(1).max(4096),
        /** Version of the vCards of contacts: Outlook imports 3.0. */
        vcard: z.enum(vcardVersions).default('3.0'),
      }),
    )
    .output(eventIterator(jobProgressSchema, restoreReportSchema)),
};

/** Restores to this PC. Nothing that exists is overwritten unless that is asked for. */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { jobProgressSchema, restoreReportSchema } from '../model/job.ts';
import { serviceNameSchema } from '../model/protected-item.ts';
import { folderNameSchema, snapshotInputSchema } from './scope.ts';

export const vcardVersions = ['3.0', '4.0'] as const;

/**
 * What becomes of a file that was there before the restore and has the name of one that is restored: it stays and the
 * restored one is left out (`skip`) or takes a free name (`rename`), or the restored one takes its place (`replace`), or
 * does so where its bytes differ (`replace-if-different`).
 */
export const existingModes = ['skip', 'rename', 'replace', 'replace-if-different'] as const;
export type ExistingMode = (typeof existingModes)[number];

/** What messages become: .eml files, one .mbox file a folder, or .msg files. */
export const mailFormats = ['eml', 'mbox', 'msg'] as const;
export type MailFormat = (typeof mailFormats)[number];

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
        /** A folder, or the .zip file to make. */
        targetPath: z.string().min(1).max(4096),
        container: z.enum(['folder', 'zip']).default('folder'),
        existing: z.enum(existingModes).default('rename'),
        mail: z.enum(mailFormats).default('eml'),
        /** Of an item that is damaged in the vault, what can be read is written, under a name that says so. */
        damaged: z.boolean().default(false),
        /** Version of the vCards of contacts: Outlook imports 3.0. */
        vcard: z.enum(vcardVersions).default('3.0'),
      }),
    )
    .output(eventIterator(jobProgressSchema, restoreReportSchema)),
};

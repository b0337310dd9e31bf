/**
 * Organizations: does the connection work and what does it allow, and how an application comes to be that may read
 * them. What `register` and `importSettings` answer holds a secret: the shell puts it into the secrets store at once.
 */
import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { choiceReasons, choiceTypes } from '../model/account-choice.ts';
import { graphConnectionSchema, regionSchema } from '../model/connection.ts';
import { connectionReportSchema } from '../model/connection-report.ts';
import { permissionServices } from '../model/permission.ts';
import {
  registrationProgressSchema,
  registrationRequestSchema,
  registrationSchema,
} from '../model/registration.ts';

const permissionSchema = z.object({
  name: z.string(),
  id: z.guid(),
  set: z.enum(['read', 'export', 'restore']),
  services: z.array(z.enum(permissionServices)),
  /** What it is for. */
  purpose: z.string(),
  /** What is lost without it. */
  cost: z.string(),
});

const passphrase = z.string().min(1).max(1024);
const settingsText = z.string().max(262_144);

const accountChoiceSchema = z.object({
  id: z.string(),
  kind: z.enum(['user', 'group', 'site']),
  type: z.enum(choiceTypes),
  name: z.string(),
  /** A mail address, or the address of a site. */
  address: z.string(),
  canBeChosen: z.boolean(),
  reason: z.enum(choiceReasons).nullable(),
});
export type AccountChoice = z.infer<typeof accountChoiceSchema>;

export const organizationContract = {
  /**
   * What there is to choose from, page by page, as Microsoft 365 has it now: for `mailboxes` users and then groups, which
   * stand for their members, and then users who were deleted; for `sites` Outlook groups and teams and then sites. A page
   * can be short or empty; `next` is null after the last one only.
   */
  accounts: oc
    .input(
      z.object({
        connection: graphConnectionSchema,
        of: z.enum(['mailboxes', 'sites']),
        search: z.string().trim().min(1).max(200).optional(),
        /** `next` of the page before. */
        after: z.string().max(40_000).optional(),
        limit: z.number().int().min(1).max(999).default(100),
      }),
    )
    .output(z.object({ accounts: z.array(accountChoiceSchema), next: z.string().nullable() })),
  /** Tests the chosen services; without a choice, those that a protected item of this version can hold. */
  test: oc
    .input(
      z.object({
        connection: graphConnectionSchema,
        services: z.array(z.enum(permissionServices)).min(1).optional(),
      }),
    )
    .output(connectionReportSchema),
  /** What a registration will ask for, to be shown before anybody signs in. */
  permissions: oc
    .input(z.object({ withRestore: z.boolean(), withExport: z.boolean().optional() }))
    .output(z.object({ permissions: z.array(permissionSchema) })),
  /** Registers an application. Ending the stream early, or its signal, stops it and removes what it made. */
  register: oc
    .input(registrationRequestSchema)
    .output(eventIterator(registrationProgressSchema, registrationSchema)),
  /** A PowerShell script that does the same on another machine and writes a settings file. */
  script: oc
    .input(
      z.object({
        region: regionSchema,
        applicationName: z.string().min(1).max(120),
        withRestore: z.boolean(),
        withExport: z.boolean().optional(),
      }),
    )
    .output(z.object({ script: z.string() })),
  /** Fails with `settings-file-locked` for a sealed file without its passphrase, `input-invalid` for another file. */
  importSettings: oc
    .input(z.object({ text: settingsText, passphrase: passphrase.optional() }))
    .output(z.object({ connection: graphConnectionSchema })),
  /** The settings of an organization with its secret or private key, sealed. */
  exportSettings: oc
    .input(z.object({ connection: graphConnectionSchema, passphrase }))
    .output(z.object({ text: settingsText })),
};

/** What to back up from one organization, and where to. */
import { z } from 'zod';
import { isNothing } from './account-choice.ts';
import { serviceNames } from './service-name.ts';

const mostNames = 100_000;
/** Longest address in a directory (RFC 5321, with room for the names of groups). */
const directoryName = z.string().trim().min(1).max(320);
const directoryNames = z.array(directoryName).max(mostNames).default([]);

/**
 * Which users, besides those that are named: new ones join at the next run, if these say so. Shared mailboxes, rooms and
 * equipment have neither a sign-in nor a licence by their nature, so only `shared` is for them. Guests never have a
 * mailbox here.
 */
const accountRuleSchema = z.object({
  /** People who may not sign in any more. */
  disabled: z.boolean().default(true),
  unlicensed: z.boolean().default(true),
  shared: z.boolean().default(true),
});
export type AccountRule = z.infer<typeof accountRuleSchema>;

/** People by object id, user principal name or address; groups by object id, address or display name. */
const namedMailboxes = { users: directoryNames, groups: directoryNames };
const rule = accountRuleSchema.prefault({});

/**
 * Which mailboxes: all, only some, or all but some. A group stands for its members, nested ones too, found anew at every
 * run. `selected` without a name is none.
 */
const mailboxSelectionSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('all'), rule }),
  z.object({ mode: z.literal('selected'), ...namedMailboxes, rule }),
  z.object({ mode: z.literal('excluding'), ...namedMailboxes, rule }),
]);
export type MailboxSelection = z.infer<typeof mailboxSelectionSchema>;

/** A site by its address (`https://...`) or its id (`host,guid,guid`). */
const siteNameSchema = z.object({ site: z.string().trim().min(1).max(2048), withSubsites: z.boolean() });
export type SiteName = z.infer<typeof siteNameSchema>;

/** Groups stand for themselves here: their conversations and plans, the channels of their team, and their site. */
const namedSites = { sites: z.array(siteNameSchema).max(mostNames).default([]), groups: directoryNames };

/**
 * Which sites, Outlook groups and teams: all, only some, or all but some. The personal sites of people are none of them:
 * those come with their mailboxes, as OneDrive.
 */
const siteSelectionSchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('all') }),
  z.object({ mode: z.literal('selected'), ...namedSites }),
  z.object({ mode: z.literal('excluding'), ...namedSites }),
]);
export type SiteSelection = z.infer<typeof siteSelectionSchema>;

/** What of a mailbox is saved beside the folders that a person sees. */
export const mailChoiceSchema = z.object({
  /** Folders that Outlook does not show. */
  hiddenFolders: z.boolean().default(true),
  /** What was deleted for good and Exchange still keeps: deletions, purges, earlier versions of items on hold. */
  recoverableItems: z.boolean().default(false),
});
export type MailChoice = z.infer<typeof mailChoiceSchema>;

/** The most earlier versions that can be counted out: what SharePoint keeps unless told otherwise. */
export const mostFileVersions = 500;

/** What of a file is saved beside its present content. */
const fileChoiceSchema = z.object({
  /** Earlier versions: none, so many of each file, the newest ones, or all that Microsoft 365 still has. */
  versions: z
    .union([z.enum(['current', 'all']), z.number().int().min(1).max(mostFileVersions)])
    .default('current'),
});
export type FileChoice = z.infer<typeof fileChoiceSchema>;
export type FileVersions = FileChoice['versions'];

export const serviceNameSchema = z.enum(serviceNames);

/** Ids of protected items, organizations and vaults: 32 hexadecimal digits. */
export const recordIdSchema = z.string().regex(/^[0-9a-f]{32}$/);

/** Names that people give: shown, and usable in place of an id. */
export const recordNameSchema = z.string().trim().min(1).max(120);

const failurePolicies = ['continue', 'stop'] as const;

export const protectedItemSchema = z
  .object({
    id: recordIdSchema,
    name: recordNameSchema,
    organizationId: recordIdSchema,
    vaultId: recordIdSchema,
    mailboxes: mailboxSelectionSchema,
    /** None unless it says so. */
    sites: siteSelectionSchema.prefault({ mode: 'selected' }),
    services: z.array(serviceNameSchema).min(1),
    mail: mailChoiceSchema.prefault({}),
    files: fileChoiceSchema.prefault({}),
    /** What a run does at its first failed item: goes on with the others, or ends with what it has. */
    onFailure: z.enum(failurePolicies).default('continue'),
  })
  .refine(({ mailboxes, sites }) => !isNothing(mailboxes) || !isNothing(sites), {
    message: 'Neither a mailbox nor a site is selected.',
    path: ['mailboxes'],
  });
export type ProtectedItem = z.infer<typeof protectedItemSchema>;
/** The same before what is left out has its usual value. */
export type ProtectedItemInput = z.input<typeof protectedItemSchema>;

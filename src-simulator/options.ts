/**
 * What can be asked of a simulated organization. One zod schema is the source of the types; every field has a default,
 * so `startSimulator()` without options gives the sample organization, healthy and with Microsoft's real limits.
 */
import { z } from 'zod';

/** Application permissions the registered application holds unless told otherwise: what a backup needs. */
export const defaultRoles = [
  'User.Read.All',
  'Mail.Read',
  'MailboxSettings.Read',
  'Organization.Read.All',
  'Calendars.Read',
  'Contacts.Read',
  'Tasks.Read.All',
  'Group.Read.All',
  'Group-Conversation.Read.All',
  'Member.Read.Hidden',
  'Team.ReadBasic.All',
  'TeamSettings.Read.All',
  'TeamMember.Read.All',
  'Channel.ReadBasic.All',
  'ChannelSettings.Read.All',
  'ChannelMember.Read.All',
  'TeamsTab.Read.All',
  'ChannelMessage.Read.All',
  'Chat.Read.All',
  'Files.Read.All',
  'Sites.Read.All',
];

/** Application permissions that a restore to Microsoft 365 needs beside these. */
export const restoreRoles = [
  'Mail.ReadWrite',
  'MailboxSettings.ReadWrite',
  'Calendars.ReadWrite',
  'Contacts.ReadWrite',
  'Tasks.ReadWrite.All',
  'Files.ReadWrite.All',
  'Sites.ReadWrite.All',
  'Sites.Manage.All',
];

/** Limits of one application on one mailbox. Numbers are Microsoft's; a test scales them to its patience. */
export const limitSchema = z.object({
  /** False lets everything through (and still counts what was in flight). */
  isEnforced: z.boolean().default(true),
  /** Requests of one application in flight on one mailbox. */
  concurrentPerMailbox: z.number().int().positive().default(4),
  /** Requests of one application on one mailbox in a window. */
  requestsPerWindow: z.number().int().positive().default(10_000),
  /** Length of that window. */
  windowMs: z.number().positive().default(600_000),
  /** Bytes that one application may send to one mailbox in a window. */
  uploadBytesPerWindow: z
    .number()
    .int()
    .positive()
    .default(150 * 1024 * 1024),
  /** Length of that window. */
  uploadWindowMs: z.number().positive().default(300_000),
  /** Value of Retry-After for a concurrency 429; fractions are sent as they are ("2.128"). */
  retryAfterSeconds: z.number().positive().default(1),
});

/** Limits of one application on Teams in a second. Numbers are Microsoft's; a test scales them to its patience. */
export const teamsLimitSchema = z.object({
  /** False lets everything through (and still counts). */
  isEnforced: z.boolean().default(true),
  /** Length of that second. */
  windowMs: z.number().positive().default(1_000),
  /** A team, a channel, tabs and everything that is not named below. */
  otherPerWindow: z.number().int().positive().default(30),
  /** Members, and lists of channels. */
  listsPerWindow: z.number().int().positive().default(60),
  channelMessagesPerWindow: z.number().int().positive().default(20),
  chatMessagesPerWindow: z.number().int().positive().default(20),
  /** getAllMessages. */
  exportsPerWindow: z.number().int().positive().default(200),
  /** Requests to one team. */
  perTeamPerWindow: z.number().int().positive().default(4),
});

/** Limits of one application on SharePoint and OneDrive, in resource units. Numbers are Microsoft's for 1,000 users. */
export const unitLimitSchema = z.object({
  /** False lets everything through (and still counts). */
  isEnforced: z.boolean().default(true),
  unitsPerMinute: z.number().positive().default(1_250),
  /** Length of that minute; tests have less patience. */
  minuteMs: z.number().positive().default(60_000),
  unitsPerDay: z.number().positive().default(1_200_000),
  dayMs: z.number().positive().default(86_400_000),
});

/** Limits of one application on users, groups and applications. Numbers are Microsoft's for fewer than 50 users. */
export const directoryLimitSchema = z.object({
  /** False lets everything through (and still counts). */
  isEnforced: z.boolean().default(true),
  unitsPerWindow: z.number().positive().default(3_500),
  windowMs: z.number().positive().default(10_000),
});

/** OneDrives of people and document libraries of sites. */
const driveSchema = z.object({
  /** Files of each drive. Default: a long-tailed spread in the sample; elsewhere nobody has a drive. */
  filesPerDrive: z.number().int().nonnegative().optional(),
  /** Size of each file. Default: a long-tailed spread. */
  fileSizeBytes: z.number().int().nonnegative().optional(),
  /** Share of files whose download fails for good. Default: 0.002 in the sample, 0 elsewhere. */
  unreadableShare: z.number().min(0).max(1).optional(),
  /** Share of earlier versions that are listed and whose content fails for good. */
  unreadableVersionShare: z.number().min(0).max(1).default(0),
  /** Share of files that have no hash. Default: 0.01 in the sample, 0 elsewhere. */
  hashMissingShare: z.number().min(0).max(1).optional(),
  /** Life of pre-authenticated download addresses. */
  downloadUrlSeconds: z.number().positive().default(3_600),
});

/** Sites beside the personal ones. */
const siteSchema = z.object({
  /** Site collections; each has up to two subsites. Default: 5 in the sample, none elsewhere. */
  count: z.number().int().nonnegative().max(100_000).optional(),
  /** Sites that belong to groups, one each. Default: 3 in the sample, none elsewhere. */
  groupCount: z.number().int().nonnegative().max(100_000).optional(),
  /** Private and shared channels of teams that have a site have one of their own. Default: in the sample only. */
  hasChannelSites: z.boolean().optional(),
  /** Items of each list. Default: a long-tailed spread in the sample, 20 elsewhere. */
  listItemsPerList: z.number().int().nonnegative().optional(),
});

/** A share of the requests that could be hit, 0 (never) to 1 (as often as the cap of three in a row allows). */
const rate = z.number().min(0).max(1).default(0);

/**
 * Faults by kind: each number is the share of eligible requests hit. Which ones is fixed by `seed` and the order of
 * requests. All are transient: one URL is never hit more than `maxInARow` times in succession.
 */
export const faultSchema = z.object({
  seed: z.number().int().default(1),
  maxInARow: z.number().int().min(1).max(3).default(2),
  /** 429 ApplicationThrottled with Retry-After. */
  throttle429: rate,
  /** 503 serviceNotAvailable; every second one carries Retry-After. */
  unavailable503: rate,
  /** 504 without Retry-After. */
  gatewayTimeout504: rate,
  /** 500 that is not for good. */
  serverError500: rate,
  /** The answer starts only after `slowMs`. */
  slowResponse: rate,
  slowMs: z.number().nonnegative().default(1_500),
  /** Half of the body is sent, then nothing more; the connection stays open for `stallMs`, then is destroyed. */
  stalledBody: rate,
  stallMs: z.number().nonnegative().default(60_000),
  /** The connection is reset: alternately before the headers and in the middle of the body. */
  connectionReset: rate,
  /** Content-Length promises more than is sent before the connection ends in good order. */
  truncatedBody: rate,
  /** 200 with JSON cut in its middle (its Content-Length is right). */
  invalidJson: rate,
  /** 200 with valid JSON of another shape: a list without `value`, an item without id, a field of another type. */
  oddShape: rate,
  /** 401 InvalidAuthenticationToken although the token has not expired; the same token is refused from then on. */
  tokenExpiry: rate,
  /** A deltaLink is refused: 410 with Location, 410 syncStateNotFound, 400 SyncStateInvalid, in turns. */
  deltaExpired: rate,
  /** An item of a delta page appears a second time in the same page. */
  deltaDuplicates: rate,
  /** The first items of the page before are told again on a delta page. */
  deltaReplays: rate,
  /** A delta page is empty and has a nextLink to the same place. */
  emptyPages: rate,
  /** A folder, calendar or list answers 404 ErrorItemNotFound, ErrorSyncFolderNotFound or itemNotFound although it is there. */
  folderGone: rate,
  /** A message, event, file or list item answers 404 ErrorItemNotFound or itemNotFound although it is there. */
  itemGone: rate,
  /** A move shows in the delta of the folder it left; the folder it entered tells of it one round later. */
  moveShowsOnlyRemoval: rate,
  /** A download address answers 401 although its time is not over. */
  downloadUrlExpired: rate,
  /** A download asked for a range answers 200 with the whole file. */
  rangeIgnored: rate,
  /** The quickXorHash told of a file is not that of its bytes. */
  wrongHash: rate,
  /** The body comes chunked, without Content-Length. */
  chunkedResponse: rate,
  /** Value of Retry-After where a fault carries it. */
  retryAfterSeconds: z.number().positive().default(1),
});

const share = z.number().min(0).max(1);
const perUser = z.number().int().nonnegative().optional();

/**
 * What an area beside mail holds. Without a number of items the sample has a believable spread and the other profiles
 * have none; without a share of unreadable items the sample has a few and the others none.
 */
const outlookAreaSchema = z.object({
  itemsPerUser: perUser,
  /** Share of items that answer 500 ErrorCorruptData for good. */
  unreadableShare: share.optional(),
});

/** How registering an application goes in this organization. */
export const registrationSchema = z.object({
  /** User principal name of the global administrator. Default: the first user. */
  administrator: z.string().optional(),
  /** Public clients beside those that every tenant has. */
  publicClientIds: z.array(z.string()).default([]),
  /** How long a new application is unknown to the rest of the directory and to the sign-in service. */
  replicationMs: z.number().nonnegative().default(1_500),
  /** How long a granted role is missing from tokens. */
  rolesDelayMs: z.number().nonnegative().default(1_500),
  /** An application management policy forbids secrets. */
  areSecretsForbidden: z.boolean().default(false),
  /** A Conditional Access policy blocks the device code flow. */
  isDeviceCodeBlocked: z.boolean().default(false),
  /** How long a client waits between two questions whether the code was entered; Microsoft says 5. */
  deviceCodeIntervalSeconds: z.number().positive().default(1),
  /** Operations (ids of the specification) that are answered with 403 whoever asks. */
  refusedOperations: z.array(z.string()).default([]),
});

/** `china` is operated by 21Vianet, `us-government` is GCC High and DoD. */
const clouds = ['global', 'us-government', 'china'] as const;

/** What the organization holds. `sample` is the tour's; the others serve benchmarks and soak tests. */
const profiles = ['sample', 'typical', 'uniform', 'shared-attachments'] as const;

/**
 * Everything `startSimulator` and the options file of entry.ts understand.
 *
 * - `sample`: 36 accounts in several languages with about 4,500 messages of every kind, 300 to 500 MB, some 1,600
 *   events, 1,000 contacts and 900 tasks, OneDrives, sites with libraries, lists and pages, 11 groups with plans, 6 teams
 *   and 40 chats. The other profiles have none of these but mail unless asked for.
 * - `typical`: given users and messages, mixed as in the sample.
 * - `uniform`: small text messages of about `messageSizeBytes`, cheap to make, for soak at a million.
 * - `shared-attachments`: most messages carry one of a few dozen popular documents.
 */
export const simulatorOptionsSchema = z.object({
  /** Fixes ids, names, sizes and bytes. Two simulators with equal options hold equal content. */
  seed: z.number().int().default(20_261_120),
  profile: z.enum(profiles).default('sample'),
  /** The Microsoft cloud whose Graph this is: national clouds lack operations. */
  cloud: z.enum(clouds).default('global'),
  /** Accounts of the organization. Default: 36 in the sample, 10 elsewhere. */
  users: z.number().int().positive().optional(),
  /** Guests beside them: no mailbox, no OneDrive. */
  guests: z.number().int().nonnegative().default(0),
  /** Messages of each mailbox. Default: a long-tailed spread in the sample, 100 elsewhere. */
  messagesPerUser: z.number().int().nonnegative().optional(),
  /** About how long the MIME of a `uniform` message is. */
  messageSizeBytes: z.number().int().min(600).max(4_000_000).default(8_192),
  /** Messages of each in-place archive; every second person has one. Default: 60 in the sample, none elsewhere. */
  messagesPerArchive: z.number().int().nonnegative().optional(),
  /** Share of messages whose content fails for good. Default: 0.002 in the sample, 0 elsewhere. */
  unreadableShare: z.number().min(0).max(1).optional(),
  /** Events of each user, over all calendars; a series is one event. */
  calendar: outlookAreaSchema.prefault({}),
  /** Contacts of each user, over all folders. */
  contacts: outlookAreaSchema.extend({ photoShare: share.default(0.3) }).prefault({}),
  /** To Do tasks of each user, over all lists. */
  tasks: outlookAreaSchema.prefault({}),
  /** Inbox rules of each user. Default: some in the sample, none elsewhere. */
  settings: z.object({ rulesPerUser: perUser }).prefault({}),
  groups: z
    .object({
      /** Groups beside those of the teams. Default: 5 in the sample, none elsewhere. */
      count: z.number().int().nonnegative().optional(),
      /** Threads in the mailbox of each Microsoft 365 group. Default: 6 in the sample, none elsewhere. */
      threadsPerGroup: z.number().int().nonnegative().max(100_000).optional(),
    })
    .prefault({}),
  planner: z
    .object({
      /** Plans of each Microsoft 365 group. Default: none to two in the sample, none elsewhere. */
      plansPerGroup: z.number().int().nonnegative().max(200).optional(),
      /** Tasks of each plan. Default: up to 44. */
      tasksPerPlan: z.number().int().nonnegative().max(100_000).optional(),
      /** Share of plans that no application may read, though their groups list them. */
      deniedShare: share.default(0),
      /** True where Graph goes on answering for the tasks of deleted plans, as it has been seen to. */
      keepsTasksOfDeletedPlans: z.boolean().default(false),
      /** What becomes of `$expand=details`, of which Microsoft documents nothing: reports of all three can be found. */
      expansion: z.enum(['given', 'ignored', 'refused']).default('given'),
    })
    .prefault({}),
  /** Teams with 2 to 5 channels each. Default: 6 with some hundred posts in the sample, none elsewhere. */
  teams: z
    .object({
      count: z.number().int().nonnegative().optional(),
      postsPerChannel: z.number().int().nonnegative().max(1_000_000).default(20),
      /** Kinds of channels whose messages the application may not read: they answer 403, and no export has them. */
      closedTypes: z.array(z.enum(['standard', 'private', 'shared'])).default([]),
      /** Share of channels whose files nobody has looked at yet: their folder answers 404. */
      unopenedFolderShare: share.default(0),
    })
    .prefault({}),
  /** Chats of two, of several and of meetings. Default: 40 in the sample, none elsewhere. */
  chats: z
    .object({
      count: z.number().int().nonnegative().optional(),
      messagesPerChat: z.number().int().nonnegative().max(1_000_000).default(15),
    })
    .prefault({}),
  /** False where Microsoft has not approved the export of messages: getAllMessages answers 403. */
  isMessageExportApproved: z.boolean().default(true),
  /** Port of 127.0.0.1; 0 takes a free one. */
  port: z.number().int().min(0).max(65_535).default(0),
  /** Time every Graph answer waits before it is sent, as a stand-in for distance. */
  latencyMs: z.number().nonnegative().default(0),
  /** Life of access tokens. */
  tokenLifetimeSeconds: z.number().positive().default(3_599),
  /** Application permissions granted. */
  roles: z.array(z.string()).default(defaultRoles),
  /** Application permissions of SharePoint's own interface; attachments of list items need Sites.FullControl.All. */
  sharePointRoles: z.array(z.string()).default([]),
  /** PEM certificates registered for the application from the start. */
  certificates: z.array(z.string()).default([]),
  /** Makes /authorize redirect at once as this user (user principal name); `login_hint` does the same per request. */
  autoApproveUser: z.string().optional(),
  registration: registrationSchema.prefault({}),
  /** Compresses JSON when the client accepts gzip. */
  isGzipEnabled: z.boolean().default(false),
  limits: limitSchema.prefault({}),
  teamsLimits: teamsLimitSchema.prefault({}),
  unitLimits: unitLimitSchema.prefault({}),
  directoryLimits: directoryLimitSchema.prefault({}),
  drives: driveSchema.prefault({}),
  sites: siteSchema.prefault({}),
  faults: faultSchema.prefault({}),
  /** Appends every exchange to this file as NDJSON. */
  trafficFile: z.string().optional(),
  /** Secret of the /control endpoints; made at random unless given. */
  controlToken: z.string().min(8).optional(),
});

export type SimulatorOptions = z.input<typeof simulatorOptionsSchema>;
export type ResolvedOptions = z.output<typeof simulatorOptionsSchema>;
export type TeamsLimitOptions = z.output<typeof teamsLimitSchema>;
export type LimitOptions = z.output<typeof limitSchema>;
export type DirectoryLimitOptions = z.output<typeof directoryLimitSchema>;
export type UnitLimitOptions = z.output<typeof unitLimitSchema>;
export type FaultOptions = z.output<typeof faultSchema>;
export type OutlookAreaOptions = z.output<typeof outlookAreaSchema>;
export type Cloud = (typeof clouds)[number];
export type Profile = (typeof profiles)[number];

/** The endpoints a test or benchmark steers the simulator with. Needs the control token; no part of Microsoft 365. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { drivesOf } from '../files/drive-changes.ts';
import { idOfDrive } from '../files/item-json.ts';
import type { LimitServices } from '../graph/call-limits.ts';
import type { Organization } from '../graph/graph-call.ts';
import { plainJson, type Answer } from '../http/answer.ts';
import { deliver } from '../http/delivery.ts';
import { parseJson, readBody } from '../http/request-body.ts';
import {
  directoryLimitSchema,
  faultSchema,
  limitSchema,
  registrationSchema,
  teamsLimitSchema,
  unitLimitSchema,
} from '../options.ts';
import type { DeviceCodes } from '../sign-in/device-code.ts';
import { applyChanges, changesSchema } from './changes.ts';
import { minimumOf } from './minimum.ts';
import type { Statistics } from './statistics.ts';
import { streamTruth } from './truth.ts';
import { wipe, wipeSchema } from './wipe.ts';

export interface ControlServices extends LimitServices {
  organization: Organization;
  statistics: Statistics;
  deviceCodes: DeviceCodes;
  controlToken: string;
  shutdown: () => Promise<void>;
}

type Command = (services: ControlServices, body: unknown) => unknown;

const userSchema = z.object({ user: z.string().optional() });
const approvalSchema = z.object({ userCode: z.string().optional(), user: z.string().optional() });
const lifetimeSchema = z.object({ lifetimeSeconds: z.number().positive() });
const secretSchema = z.object({
  add: z.string().optional(),
  expire: z.union([z.literal('all'), z.string()]).optional(),
  certificate: z.string().optional(),
});
const fullSchema = z.object({ user: z.string(), isFull: z.boolean() });
const rolesSchema = z.object({
  roles: z.array(z.string()).optional(),
  sharePointRoles: z.array(z.string()).optional(),
});

function expireDelta({ organization }: ControlServices, body: unknown) {
  const { user } = userSchema.parse(body);
  const people =
    user === undefined
      ? Array.from({ length: organization.directory.size }, (_, i) => organization.directory.person(i))
      : [organization.directory.find(user)];
  const expired = people.filter((person) => person?.mailbox === 'cloud');
  for (const person of expired) if (person) organization.mail.mailbox(person.number).tokenAge += 1;
  for (const area of organization.areas) area.expireDelta(user);
  return { mailboxes: expired.length };
}

function changeSecrets({ organization }: ControlServices, body: unknown) {
  const application = organization.applications.first;
  const { add, expire, certificate } = secretSchema.parse(body);
  if (expire !== undefined) application.expireSecrets(Date.now(), expire === 'all' ? undefined : expire);
  if (add !== undefined) {
    const keyId = randomUUID();
    application.addSecret({ value: add, expiresAtMs: Infinity, keyId, displayName: null });
  }
  return {
    clientSecret: application.secret,
    thumbprint: certificate === undefined ? null : application.registerCertificate(certificate),
  };
}

/** Grants and takes away permissions; tokens given out before keep theirs. */
function changeRoles({ organization }: ControlServices, body: unknown) {
  const application = organization.applications.first;
  const { roles, sharePointRoles = application.sharePointRoles } = rolesSchema.parse(body);
  if (roles !== undefined) application.setRoles(roles);
  application.sharePointRoles = sharePointRoles;
  return { roles: application.rolesAt(Date.now()), sharePointRoles };
}

/** Makes a mailbox take nothing more, or take again. */
function fillMailbox({ organization: { directory, tallies } }: ControlServices, body: unknown) {
  const { user, isFull } = fullSchema.parse(body);
  const person = directory.find(user);
  if (!person) throw new RangeError(`there is no user ${user}`);
  if (isFull) tallies.fullMailboxes.add(person.id);
  else tallies.fullMailboxes.delete(person.id);
  return { user: person.id, isFull };
}

/** The same for the drives of a person or a site. */
function fillDrives({ organization }: ControlServices, body: unknown) {
  const { user, isFull } = fullSchema.parse(body);
  const ids = drivesOf(organization, user).map(idOfDrive);
  for (const id of ids)
    if (isFull) organization.tallies.fullDrives.add(id);
    else organization.tallies.fullDrives.delete(id);
  return { drives: ids, isFull };
}

function stats(services: ControlServices) {
  const { organization, mailboxLimits, teamsLimits, units, directoryLimits, statistics } = services;
  const retryAfters = mailboxLimits.manners.retryAfters + units.manners.retryAfters;
  return {
    ...statistics.snapshot(),
    throttled: retryAfters + teamsLimits.throttled + directoryLimits.throttled,
    maxConcurrencyPerMailbox: mailboxLimits.maxInFlight,
    retryAfters,
    earlyCalls: mailboxLimits.manners.earlyCalls + units.manners.earlyCalls,
    resourceUnits: units.total,
    userAgents: Object.fromEntries(units.agents),
    faultsInjected: organization.faults.injected,
    invitationsSent: organization.tallies.invitations,
    cancellationsSent: organization.tallies.cancellations,
    mailsSent: organization.tallies.mails,
    draftsLeft: organization.mail.writtenDrafts(),
  };
}

const commands: Readonly<Record<string, Command>> = {
  'POST changes': ({ organization }, body) => applyChanges(organization, changesSchema.parse(body)),
  'POST faults': ({ organization: { faults } }, body) =>
    (faults.options = faultSchema.parse({ ...faults.options, ...(body as object) })),
  'POST limits': ({ mailboxLimits }, body) =>
    (mailboxLimits.options = limitSchema.parse({ ...mailboxLimits.options, ...(body as object) })),
  'POST teams-limits': ({ teamsLimits }, body) =>
    (teamsLimits.options = teamsLimitSchema.parse({ ...teamsLimits.options, ...(body as object) })),
  'POST unit-limits': ({ units }, body) =>
    (units.options = unitLimitSchema.parse({ ...units.options, ...(body as object) })),
  'POST directory-limits': ({ directoryLimits }, body) =>
    (directoryLimits.options = directoryLimitSchema.parse({
      ...directoryLimits.options,
      ...(body as object),
    })),
  'POST expire-delta': expireDelta,
  'POST expire-uploads': ({ organization }) => ({ sessions: organization.uploads.expireAll() }),
  'POST full-mailbox': fillMailbox,
  'POST full-drive': fillDrives,
  'POST wipe': ({ organization }, body) => wipe(organization, wipeSchema.parse(body)),
  'POST device-code/approve': ({ deviceCodes }, body) => {
    const { userCode, user } = approvalSchema.parse(body);
    return { isApproved: deviceCodes.approve(userCode, user) };
  },
  'POST device-code/lifetime': ({ deviceCodes }, body) => ({
    lifetimeSeconds: (deviceCodes.lifetimeSeconds = lifetimeSchema.parse(body).lifetimeSeconds),
  }),
  'POST secrets': changeSecrets,
  'POST device-code/decline': ({ deviceCodes }) => ({ isDeclined: deviceCodes.decline() }),
  'POST registration': ({ organization: { options } }, body) =>
    Object.assign(
      options.registration,
      registrationSchema.parse({ ...options.registration, ...(body as object) }),
    ),
  'POST roles': changeRoles,
  'GET stats': stats,
  'GET minimum': ({ organization }) => minimumOf(organization),
  'POST stats/reset': ({ organization, mailboxLimits, teamsLimits, units, directoryLimits, statistics }) => {
    organization.tallies.reset();
    directoryLimits.throttled = 0;
    mailboxLimits.reset();
    units.reset();
    teamsLimits.throttled = 0;
    statistics.reset();
    return {};
  },
  'POST shutdown': ({ shutdown }) => {
    setTimeout(() => void shutdown(), 20);
    return {};
  },
};

export class ControlEndpoint {
  readonly #services: ControlServices;

  constructor(services: ControlServices) {
    this.#services = services;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const name = url.pathname.slice('/control/'.length);
    const text = await readBody(request);
    if (!this.#isAllowed(request.headers['x-control-token'])) {
      this.#send(request, response, plainJson({ error: 'x-control-token is missing or wrong' }, 403));
    } else if (name === 'truth') {
      const { searchParams } = url;
      const about = {
        account: searchParams.get('user') ?? '',
        area: searchParams.get('area') ?? '',
        isRecoverableTold: searchParams.get('recoverable') === 'true',
        isDetailTold: searchParams.get('detail') === 'true',
      };
      await streamTruth(this.#services.organization, about, response);
    } else {
      this.#send(request, response, this.#run(`${request.method ?? ''} ${name}`, parseJson(text) ?? {}));
    }
  }

  #isAllowed(header: string | string[] | undefined): boolean {
    const given = Buffer.from(typeof header === 'string' ? header : '');
    const wanted = Buffer.from(this.#services.controlToken);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }

  #run(command: string, body: unknown): Answer {
    try {
      const run = commands[command];
      return run
        ? plainJson(run(this.#services, body))
        : plainJson({ error: `no control endpoint ${command}` }, 404);
    } catch (error) {
      if (error instanceof z.ZodError) return plainJson({ error: z.prettifyError(error) }, 400);
      if (error instanceof RangeError) return plainJson({ error: error.message }, 400);
      throw error;
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
    deliver({ request, response, answer, damage: null, stallMs: 0, headers: [], isGzipWanted: false });
  }
}

/**
 * Everything below /v1.0: token, limits, faults, the operation, delivery, bookkeeping, in this order. The operation
 * itself is synchronous; only latency, slow answers and a full mailbox make a request wait.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Statistics } from '../control/statistics.ts';
import { chooseDamage, faultAnswer, reshaped } from '../faults/request-faults.ts';
import { bodySize, type Answer } from '../http/answer.ts';
import { deliver, type Damage } from '../http/delivery.ts';
import { parseJson, readBody } from '../http/request-body.ts';
import { directoryCost, type DirectoryLimits } from '../limits/directory-limits.ts';
import type { MailboxLimits } from '../limits/mailbox-limits.ts';
import type { TeamsLimits } from '../limits/teams-limits.ts';
import type { UnitLimits } from '../limits/unit-limits.ts';
import { isSharePointAudience } from '../sign-in/audience.ts';
import type { TokenClaims, TokenSigner } from '../sign-in/jwt.ts';
import { restMark } from '../sites/rest-routes.ts';
import type { TrafficRecorder } from '../traffic/recorder.ts';
import { answerBatch } from './batch.ts';
import { graphError, type GraphCall, type Organization, type Route } from './graph-call.ts';
import { parseQuery } from './query-options.ts';
import { routeOf, splitPath } from './routes.ts';

export interface GraphServices {
  organization: Organization;
  signer: TokenSigner;
  limits: MailboxLimits;
  teamsLimits: TeamsLimits;
  units: UnitLimits;
  directoryLimits: DirectoryLimits;
  statistics: Statistics;
  recorder: TrafficRecorder | null;
}

/** One request on its way through the endpoint. */
interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  call: GraphCall;
  route: Route;
  /** What must not be hit by faults too often in a row. */
  key: string;
  startMs: number;
}

const versionPath = '/v1.0';
const runId = process.hrtime.bigint().toString(16).slice(-8).padStart(8, '0');

export class GraphEndpoint {
  readonly #services: GraphServices;
  /** Tokens the fault tokenExpiry has ended early. */
  readonly #endedTokens = new Set<string>();
  #sequence = 0;

  constructor(services: GraphServices) {
    this.#services = services;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '';
    const call = this.#callOf(
      request,
      request.method === 'GET' ? undefined : parseJson(await readBody(request)),
    );
    const isBatch = call.segments[0] === '$batch' && call.segments.length === 1;
    const route = isBatch ? this.#batchRoute(call) : routeOf(this.#services.organization, call);
    const visit = {
      request,
      response,
      call,
      route,
      key: `${call.method} ${url}`,
      startMs: performance.now(),
    };
    if (route.isMail && route.person && this.#services.limits.isFull(route.person.number)) {
      // Answers already written may not have been accounted yet: let their callbacks run before judging.
      setImmediate(() => this.#admit(visit));
      return;
    }
    this.#admit(visit);
  }

  #callOf(request: IncomingMessage, body: unknown): GraphCall {
    const url = request.url ?? '';
    const queryAt = url.indexOf('?');
    const path = queryAt < 0 ? url : url.slice(0, queryAt);
    this.#sequence += 1;
    return {
      method: request.method ?? 'GET',
      segments: segmentsOf(path),
      query: queryAt < 0 ? noQuery : parseQuery(url.slice(queryAt + 1)),
      headers: request.headers,
      body,
      requestId: `${runId}-0000-4000-8000-${this.#sequence.toString(16).padStart(12, '0')}`,
    };
  }

  #batchRoute(call: GraphCall): Route {
    const run = () =>
      call.method === 'POST'
        ? answerBatch(call, (inner, depth) => this.#performInner(call, inner, depth))
        : graphError(call, 405, { code: 'BadRequest', message: 'A batch is posted.' });
    this.#levels.clear();
    return { operation: 'batch', role: null, person: null, isMail: false, run };
  }

  /** Inner requests of the present batch by mailbox and step, for the rule of four. */
  readonly #levels = new Map<string, number>();

  #performInner(outer: GraphCall, call: GraphCall, depth: number): Answer {
    const { organization, limits, statistics } = this.#services;
    const route = routeOf(organization, call);
    statistics.count(route.operation);
    const refusal = this.#refuseCaller(
      { ...call, headers: { ...call.headers, authorization: outer.headers['authorization'] } },
      route,
    );
    if (refusal) return refusal;
    const key = `inner ${call.method} ${call.segments.join('/')}`;
    if (route.isMail && route.person) {
      const level = `${route.person.number} ${depth}`;
      const before = this.#levels.get(level) ?? 0;
      this.#levels.set(level, before + 1);
      const wait = limits.enter(route.person.number, performance.now(), before);
      limits.leave(route.person.number);
      if (wait > 0) return this.#throttled(call, route.person.number, wait);
    }
    const overTeams = this.#countTeams(call, route);
    if (overTeams) return overTeams;
    const overUnits = this.#countUnits({ ...call, headers: { ...outer.headers, ...call.headers } }, route);
    if (overUnits) return overUnits;
    const overDirectory = this.#countDirectory(call, route);
    if (overDirectory) return overDirectory;
    const fault = faultAnswer({ organization, call, route, key });
    if (fault) {
      this.#noteRetryAfter(route, fault);
      return fault;
    }
    const answer = this.#run(call, route);
    const told = reshaped(organization.faults, key, answer);
    if (told === answer) organization.faults.spare(key);
    return told;
  }

  /** The 429 of an application that used up its resource units, or null. */
  #countUnits(call: GraphCall, route: Route): Answer | null {
    if (!route.units) return null;
    const { units } = this.#services;
    const nowMs = performance.now();
    const agent = call.headers['user-agent'];
    const wait = units.enter(route.units.cost, nowMs, typeof agent === 'string' ? agent : undefined);
    if (wait === 0) return null;
    units.sentRetryAfter(nowMs, wait);
    const answer = graphError(call, 429, {
      code: 'activityLimitReached',
      message: 'The request has been throttled.',
      retryAfterSeconds: wait,
    });
    return { ...answer, headers: { ...answer.headers, ...units.headers(nowMs) } };
  }

  /** The 429 of an application that asked the directory for too much, or null. */
  #countDirectory(call: GraphCall, route: Route): Answer | null {
    if (!isDirectory(route)) return null;
    const limits = this.#services.directoryLimits;
    const cost = directoryCost(call);
    const wait = limits.enter(cost, performance.now());
    if (wait === 0) return null;
    const answer = graphError(call, 429, {
      code: 'TooManyRequests',
      message: 'Too many requests.',
      retryAfterSeconds: wait,
    });
    const scope = {
      'x-ms-throttle-scope': 'Tenant_Application/ReadWrite/',
      'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
    };
    return { ...answer, headers: { ...answer.headers, ...scope, ...limits.headers(cost) } };
  }

  /** The operation's own answer, with what is left of the application's units where that is told. */
  #run(call: GraphCall, route: Route): Answer {
    const answer = route.run();
    if (isDirectory(route)) {
      const told = this.#services.directoryLimits.headers(directoryCost(call));
      return { ...answer, headers: { ...answer.headers, ...told } };
    }
    if (!route.units) return answer;
    const told = this.#services.units.headers(performance.now());
    return { ...answer, headers: { ...answer.headers, ...told } };
  }

  /** The 429 of an application that asked Teams for too much in a second, or null. */
  #countTeams(call: GraphCall, { teams }: Route): Answer | null {
    if (!teams) return null;
    const retryAfterSeconds = this.#services.teamsLimits.enter(teams, performance.now());
    if (retryAfterSeconds === 0) return null;
    return graphError(call, 429, {
      code: 'TooManyRequests',
      message: 'Too many requests.',
      retryAfterSeconds,
    });
  }

  #throttled(call: GraphCall, mailbox: number, retryAfterSeconds: number): Answer {
    this.#services.limits.sentRetryAfter(mailbox, performance.now(), retryAfterSeconds);
    return graphError(call, 429, {
      code: 'ApplicationThrottled',
      message: 'Application is over its MailboxConcurrency limit.',
      retryAfterSeconds,
    });
  }

  #noteRetryAfter(route: Route, answer: Answer): void {
    const seconds = Number(answer.headers?.['Retry-After']);
    // A 503 asks for patience with one request; only a 429 speaks for the whole mailbox.
    if (answer.status !== 429 || !(seconds > 0)) return;
    const { limits, units } = this.#services;
    if (route.units) units.sentRetryAfter(performance.now(), seconds);
    else if (route.person) limits.sentRetryAfter(route.person.number, performance.now(), seconds);
  }

  /** 401 or 403 unless the token is good and carries the role the operation needs. */
  #refuseCaller(call: GraphCall, route: Route): Answer | null {
    const header = call.headers['authorization'];
    const token = typeof header === 'string' && header.startsWith('Bearer ') ? header.slice(7) : '';
    const refuse = (message: string) =>
      graphError(call, 401, { code: 'InvalidAuthenticationToken', message });
    if (token === '') return refuse('Access token is empty.');
    const claims = this.#services.signer.claimsOf(token);
    if (!claims) return refuse('IDX10511: Signature validation failed.');
    if (claims.exp * 1_000 <= Date.now() || this.#endedTokens.has(token)) {
      return refuse('Lifetime validation failed, the token is expired.');
    }
    const strange = audienceProblem(claims, route);
    if (strange !== null) return refuse(strange);
    if (this.#endsToken(call, route)) {
      this.#endedTokens.add(token);
      return refuse('Lifetime validation failed, the token is expired.');
    }
    const isAllowed =
      claims['idtyp'] === 'user'
        ? this.#mayAdminister(claims, route)
        : hasRole(claims['roles'], route) && !this.#isRefused(route);
    return isAllowed ? null : forbidden(call, route);
  }

  #isRefused(route: Route): boolean {
    return this.#services.organization.options.registration.refusedOperations.includes(route.operation);
  }

  /** A person may call what an administrator may, with the delegated permission for it. */
  #mayAdminister(claims: TokenClaims, route: Route): boolean {
    if (route.role === null && route.scope === undefined) return true;
    const { directory, options } = this.#services.organization;
    const administrator =
      options.registration.administrator === undefined
        ? directory.person(0)
        : directory.find(options.registration.administrator);
    const scopes = String(claims['scp']).split(' ');
    const isAdministrator = administrator !== null && claims['oid'] === administrator.id;
    return (
      isAdministrator && route.scope !== undefined && scopes.includes(route.scope) && !this.#isRefused(route)
    );
  }

  /** True when the fault tokenExpiry ends the token of this call. */
  #endsToken(call: GraphCall, route: Route): boolean {
    const { faults } = this.#services.organization;
    return route.operation !== 'batch' && faults.strikes('tokenExpiry', `token ${call.segments.join('/')}`);
  }

  #admit(visit: Visit): void {
    visit.startMs = performance.now();
    const instead = this.#answerInstead(visit);
    if (instead) {
      this.#send(visit, instead, null);
      return;
    }
    const { faults, options } = this.#services.organization;
    const slowMs = faults.strikes('slowResponse', visit.key) ? faults.options.slowMs : 0;
    if (options.latencyMs + slowMs > 0) setTimeout(() => this.#perform(visit), options.latencyMs + slowMs);
    else this.#perform(visit);
  }

  /** What token, limits or faults answer in place of the operation, or null. */
  #answerInstead(visit: Visit): Answer | null {
    const { limits, organization } = this.#services;
    const { call, route, key } = visit;
    const mailbox = route.isMail && route.person ? route.person.number : -1;
    const refusal = this.#refuseCaller(call, route);
    const wait = mailbox >= 0 ? limits.enter(mailbox, visit.startMs) : 0;
    if (refusal) return refusal;
    if (wait > 0) return this.#throttled(call, mailbox, wait);
    const overTeams = this.#countTeams(call, route);
    if (overTeams) return overTeams;
    const overUnits = this.#countUnits(call, route);
    if (overUnits) return overUnits;
    const overDirectory = this.#countDirectory(call, route);
    if (overDirectory) return overDirectory;
    const fault = route.operation === 'batch' ? null : faultAnswer({ organization, call, route, key });
    if (fault) this.#noteRetryAfter(route, fault);
    return fault;
  }

  #perform(visit: Visit): void {
    const { faults } = this.#services.organization;
    const whole = this.#run(visit.call, visit.route);
    const answer = reshaped(faults, visit.key, whole);
    const damage = chooseDamage(faults, visit.key, answer);
    if (answer === whole && (damage === null || damage === 'chunkedResponse')) faults.spare(visit.key);
    if (damage === 'connectionReset' && faults.countOf('connectionReset') % 2 === 1) {
      this.#finishLater(visit, answer, damage);
      visit.request.socket.destroy();
      return;
    }
    this.#send(visit, answer, damage);
  }

  #send(visit: Visit, answer: Answer, damage: Damage): void {
    const { call, request, response } = visit;
    this.#finishLater(visit, answer, damage);
    const clientRequestId = call.headers['client-request-id'];
    const headers = [
      'request-id',
      call.requestId,
      'client-request-id',
      typeof clientRequestId === 'string' ? clientRequestId : call.requestId,
    ];
    const { options, faults } = this.#services.organization;
    const isGzipWanted =
      options.isGzipEnabled && /\bgzip\b/.test(String(call.headers['accept-encoding'] ?? ''));
    deliver({ request, response, answer, damage, stallMs: faults.options.stallMs, headers, isGzipWanted });
  }

  /** Bookkeeping once the response has left or its connection has ended. */
  #finishLater(visit: Visit, answer: Answer, damage: Damage): void {
    const { limits, statistics, recorder } = this.#services;
    const { route, response, request } = visit;
    const person = route.isMail ? route.person : null;
    statistics.count(route.operation);
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      if (person) limits.leave(person.number);
      statistics.bytesSent += bodySize(answer);
      recorder?.record({
        request,
        requestBody: visit.call.body,
        answer,
        isIntact: damage === null || damage === 'chunkedResponse',
        startMs: visit.startMs,
        endMs: performance.now(),
        mailbox: person?.id ?? null,
      });
    };
    if (response.destroyed) {
      // The client gave up while the answer waited; its events are over already.
      over();
      return;
    }
    response.once('finish', over);
    response.once('close', over);
  }
}

/**
 * Segments below the version. Only v1.0 is simulated: a beta path keeps its version as first segment and is no
 * operation. A call to SharePoint's own interface is marked as one.
 */
function segmentsOf(path: string): string[] {
  if (path.startsWith(versionPath)) return splitPath(path.slice(versionPath.length)) ?? [];
  const segments = splitPath(path) ?? [];
  return path.startsWith('/beta/') ? segments : [restMark, ...segments];
}

/** Operations on users, groups and applications themselves, and not on what Outlook or others keep for them. */
const directoryOperation =
  /^(?:(?:List|Get|Create|Update|Delete)(?:Users|Groups|Applications|ServicePrincipals)|groups\.(?:List(?:Transitive)?Members|ListOwners))$/;
const isDirectory = ({ operation }: Route): boolean => directoryOperation.test(operation);

const noQuery: ReadonlyMap<string, string> = new Map();

const moreThanReadingSites = ['Sites.ReadWrite.All', 'Sites.Manage.All', 'Sites.FullControl.All'];
/** Roles that imply another. */
const stronger: Readonly<Record<string, readonly string[]>> = {
  'Application.Read.All': ['Application.ReadWrite.All', 'Directory.Read.All'],
  'Mail.Read': ['Mail.ReadWrite'],
  'User.Read.All': ['User.ReadWrite.All', 'Directory.Read.All'],
  'MailboxSettings.Read': ['MailboxSettings.ReadWrite'],
  'Calendars.Read': ['Calendars.ReadWrite'],
  'Contacts.Read': ['Contacts.ReadWrite'],
  'Tasks.Read.All': ['Tasks.ReadWrite.All'],
  'GroupMember.Read.All': ['Group.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All'],
  'Group-Conversation.Read.All': ['Group.Read.All', 'Group.ReadWrite.All'],
  'Team.ReadBasic.All': ['TeamSettings.Read.All', 'Group.Read.All', 'Directory.Read.All'],
  'TeamMember.Read.All': ['TeamMember.ReadWrite.All'],
  'Channel.ReadBasic.All': ['ChannelSettings.Read.All', 'Group.Read.All', 'Directory.Read.All'],
  'ChannelMember.Read.All': ['ChannelMember.ReadWrite.All'],
  'TeamsTab.Read.All': ['TeamsTab.ReadWrite.All', 'Group.Read.All', 'Directory.Read.All'],
  'Chat.ReadBasic.All': ['Chat.Read.All', 'Chat.ReadWrite.All'],
  'Chat.Read.All': ['Chat.ReadWrite.All'],
  'MailboxFolder.Read.All': ['MailboxFolder.ReadWrite.All'],
  'MailboxItem.Export.All': ['MailboxItem.ImportExport.All'],
  'Organization.Read.All': ['Directory.Read.All', 'User.Read.All'],
  'Files.Read.All': ['Files.ReadWrite.All', 'Sites.Read.All', ...moreThanReadingSites],
  'Sites.Read.All': moreThanReadingSites,
};

/** Why a token is not for the service called, or null. SharePoint takes no token got with a secret. */
function audienceProblem(claims: TokenClaims, route: Route): string | null {
  const isRest = route.resource === 'sharePoint';
  if (isRest !== isSharePointAudience(claims.aud))
    return 'Access token validation failure. Invalid audience.';
  return isRest && claims['appidacr'] !== '2' ? 'Unsupported app only token.' : null;
}

function hasRole(roles: unknown, route: Route): boolean {
  if (route.role === null) return true;
  const held = Array.isArray(roles) ? roles : [];
  return held.includes(route.role) || (stronger[route.role] ?? []).some((role) => held.includes(role));
}

function forbidden(call: GraphCall, route: Route): Answer {
  if (route.units) return graphError(call, 403, { code: 'accessDenied', message: 'Access denied' });
  return route.isMail
    ? graphError(call, 403, {
        code: 'ErrorAccessDenied',
        message: 'Access is denied. Check credentials and try again.',
      })
    : graphError(call, 403, {
        code: 'Authorization_RequestDenied',
        message: 'Insufficient privileges to complete the operation.',
      });
}

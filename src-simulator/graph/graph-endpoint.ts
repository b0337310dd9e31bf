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
import { parseJson, readBytes, usualBodyBytes } from '../http/request-body.ts';
import { arrivalOf, type Arrival } from '../limits/quiet-time.ts';
import { isSharePointAudience } from '../sign-in/audience.ts';
import type { TokenClaims, TokenSigner } from '../sign-in/jwt.ts';
import { restMark } from '../sites/rest-routes.ts';
import type { TrafficRecorder } from '../traffic/recorder.ts';
import { answerBatch } from './batch.ts';
import { CallLimits, retryAfterOf, type LimitServices, type PlannedRetryAfter } from './call-limits.ts';
import { graphError, type GraphCall, type Organization, type Route } from './graph-call.ts';
import { parseQuery } from './query-options.ts';
import { routeOf, splitPath } from './routes.ts';

export interface GraphServices extends LimitServices {
  organization: Organization;
  signer: TokenSigner;
  statistics: Statistics;
  recorder: TrafficRecorder | null;
}

/** One request on its way through the endpoint. */
interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  call: GraphCall;
  route: Route;
  arrival: Arrival;
  startMs: number;
  /** It came although a Retry-After should have kept it away. */
  isEarly: boolean;
  /** Of its answer, or of those inside it. */
  retryAfters: PlannedRetryAfter[];
}

/** A call within a batch. */
interface InnerVisit extends Pick<Visit, 'arrival' | 'retryAfters'> {
  /** Calls of its step so far, by mailbox, for the rule of four. */
  step: Map<number, number>;
}

const isHarmless = (damage: Damage): boolean => damage === null || damage === 'chunkedResponse';
const versionPath = '/v1.0';
const runId = process.hrtime.bigint().toString(16).slice(-8).padStart(8, '0');

export class GraphEndpoint {
  readonly #services: GraphServices;
  readonly #limits: CallLimits;
  /** Tokens the fault tokenExpiry has ended early. */
  readonly #endedTokens = new Set<string>();
  #sequence = 0;

  constructor(services: GraphServices) {
    this.#services = services;
    this.#limits = new CallLimits(services);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const arrival = arrivalOf(request);
    const call = this.#callOf(
      request,
      request.method === 'GET' ? noBytes : await readBytes(request, bodyLimitOf(request)),
    );
    const isBatch = call.segments[0] === '$batch' && call.segments.length === 1;
    const retryAfters: PlannedRetryAfter[] = [];
    const route = isBatch
      ? this.#batchRoute(call, arrival, retryAfters)
      : routeOf(this.#services.organization, call);
    const visit = {
      request,
      response,
      call,
      route,
      arrival,
      startMs: performance.now(),
      isEarly: this.#limits.noteCall(route, arrival),
      retryAfters,
    };
    if (route.isMail && route.person && this.#services.mailboxLimits.isFull(route.person.number)) {
      // Answers already written may not have been accounted yet: let their callbacks run before judging.
      setImmediate(() => this.#admit(visit));
      return;
    }
    this.#admit(visit);
  }

  #callOf(request: IncomingMessage, body: Buffer | null): GraphCall {
    const url = request.url ?? '';
    const queryAt = url.indexOf('?');
    const path = queryAt < 0 ? url : url.slice(0, queryAt);
    this.#sequence += 1;
    return {
      method: request.method ?? 'GET',
      segments: segmentsOf(path),
      query: queryAt < 0 ? noQuery : parseQuery(url.slice(queryAt + 1)),
      headers: request.headers,
      body: body ? contentOf(request, body) : undefined,
      bodyBytes: body?.length ?? 0,
      isTooLong: body === null,
      requestId: `${runId}-0000-4000-8000-${this.#sequence.toString(16).padStart(12, '0')}`,
    };
  }

  #batchRoute(call: GraphCall, arrival: Arrival, retryAfters: PlannedRetryAfter[]): Route {
    const run = () => {
      if (call.method !== 'POST')
        return graphError(call, 405, { code: 'BadRequest', message: 'A batch is posted.' });
      const steps: Map<number, number>[] = [];
      return answerBatch(call, (inner, depth) => {
        const step = (steps[depth] ??= new Map());
        const innerArrival = { ...arrival, key: `inner ${inner.method} ${inner.segments.join('/')}` };
        return this.#performInner(call, inner, { step, arrival: innerArrival, retryAfters });
      });
    };
    return { operation: 'batch', role: null, person: null, isMail: false, run };
  }

  #performInner(outer: GraphCall, call: GraphCall, { step, arrival, retryAfters }: InnerVisit): Answer {
    const { organization, statistics } = this.#services;
    const { key } = arrival;
    const route = routeOf(organization, call);
    statistics.count(route.operation);
    this.#limits.noteCall(route, arrival);
    const refusal = this.#refuseCaller(
      { ...call, headers: { ...call.headers, authorization: outer.headers['authorization'] } },
      route,
    );
    if (refusal) return refusal;
    const instead =
      this.#limits.refuseMailInBatch(call, route, step) ??
      this.#limits.refuse({ ...call, headers: { ...outer.headers, ...call.headers } }, route) ??
      faultAnswer({ organization, call, route, key });
    if (instead) {
      retryAfters.push(...retryAfterOf(route, instead, key));
      return instead;
    }
    const answer = this.#limits.tell(call, route, route.run());
    const told = reshaped(organization.faults, key, answer);
    if (told === answer) organization.faults.spare(key);
    return told;
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
      visit.retryAfters.push(...retryAfterOf(visit.route, instead, visit.arrival.key));
      this.#send(visit, instead, null);
      return;
    }
    const { faults, options } = this.#services.organization;
    const slowMs = faults.strikes('slowResponse', visit.arrival.key) ? faults.options.slowMs : 0;
    if (options.latencyMs + slowMs > 0) setTimeout(() => this.#perform(visit), options.latencyMs + slowMs);
    else this.#perform(visit);
  }

  /** What token, limits or faults answer in place of the operation, or null. */
  #answerInstead(visit: Visit): Answer | null {
    const { organization } = this.#services;
    const { call, route, arrival } = visit;
    const refusal = this.#refuseCaller(call, route);
    // Whoever is refused has come all the same.
    const full = this.#limits.refuseMail(call, route);
    const long = call.isTooLong === true ? tooLong(call) : null;
    const over = refusal ?? full ?? long ?? this.#limits.refuse(call, route);
    if (over || route.operation === 'batch') return over;
    return faultAnswer({ organization, call, route, key: arrival.key });
  }

  #perform(visit: Visit): void {
    const { faults } = this.#services.organization;
    const whole = this.#limits.tell(visit.call, visit.route, visit.route.run());
    const answer = reshaped(faults, visit.arrival.key, whole);
    const damage = chooseDamage(faults, visit.arrival.key, answer);
    if (answer === whole && isHarmless(damage)) faults.spare(visit.arrival.key);
    // What the client cannot read it does not know.
    else visit.retryAfters = [];
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
    const { mailboxLimits, statistics, recorder } = this.#services;
    const { route, response, request } = visit;
    const person = route.isMail ? route.person : null;
    statistics.count(route.operation);
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      if (person) mailboxLimits.leave(person.number);
      statistics.bytesSent += bodySize(answer);
      recorder?.record({
        request,
        requestBody: visit.call.body,
        answer,
        isIntact: isHarmless(damage),
        startMs: visit.startMs,
        endMs: performance.now(),
        mailbox: person?.id ?? null,
        isEarly: visit.isEarly,
      });
    };
    if (response.destroyed) {
      // The client gave up while the answer waited; its events are over already.
      over();
      return;
    }
    response.once('finish', () => {
      // Not before: the end of a large batch arrives long after its beginning.
      this.#limits.retryAfterSent(visit.retryAfters);
      over();
    });
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

const noBytes = Buffer.alloc(0);

/** The content of a file comes whole in one request; everything else is JSON or MIME. */
const bodyLimitOf = ({ method, url = '' }: IncomingMessage): number =>
  method === 'PUT' && /\/content(?:\?|$)/.test(url) ? 250 * 1024 * 1024 : usualBodyBytes;

/** JSON unless the client says that it is something else. */
function contentOf({ headers, method }: IncomingMessage, body: Buffer): unknown {
  if (method === 'PUT') return body;
  const type = headers['content-type'] ?? 'application/json';
  if (/^text\/plain\b/i.test(type)) return body.toString();
  return /\bjson\b/i.test(type) ? parseJson(body.toString()) : body;
}

const tooLong = (call: GraphCall): Answer =>
  graphError(call, 413, { code: 'RequestEntityTooLarge', message: 'Maximum request length exceeded.' });

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
  'Files.ReadWrite.All': moreThanReadingSites,
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

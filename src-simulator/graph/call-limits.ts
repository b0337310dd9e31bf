/**
 * What all limits together say to a call, and how its caller keeps to what they said before. Teams' limits and those of
 * the directory are not watched for early calls.
 */
import { performance } from 'node:perf_hooks';
import type { Answer } from '../http/answer.ts';
import { directoryCost, type DirectoryLimits } from '../limits/directory-limits.ts';
import type { MailboxLimits } from '../limits/mailbox-limits.ts';
import type { Arrival, RetryAfter } from '../limits/quiet-time.ts';
import type { TeamsLimits } from '../limits/teams-limits.ts';
import type { UnitLimits } from '../limits/unit-limits.ts';
import { graphError, type GraphCall, type Route } from './graph-call.ts';

/** The limits that there are. */
export interface LimitServices {
  readonly mailboxLimits: MailboxLimits;
  readonly teamsLimits: TeamsLimits;
  readonly units: UnitLimits;
  readonly directoryLimits: DirectoryLimits;
}

/** A Retry-After of an answer that is still to be sent; `key` is that of the call it answers. */
export interface PlannedRetryAfter extends RetryAfter {
  route: Route;
}

export class CallLimits {
  readonly #services: LimitServices;

  constructor(services: LimitServices) {
    this.#services = services;
  }

  /** A call came, in a batch or by itself. True when a Retry-After should have kept it away. */
  noteCall({ isMail, person, units }: Route, arrival: Arrival): boolean {
    if (units) return this.#services.units.noteCall(arrival);
    return isMail && person !== null && this.#services.mailboxLimits.noteCall(person.number, arrival);
  }

  /** Retry-Afters have left for the client: soon it knows of them. */
  retryAfterSent(planned: readonly PlannedRetryAfter[]): void {
    const { mailboxLimits, units } = this.#services;
    const nowMs = performance.now();
    for (const { route, ...retryAfter } of planned) {
      if (route.units) units.sentRetryAfter(nowMs, retryAfter);
      else if (route.isMail && route.person)
        mailboxLimits.sentRetryAfter(route.person.number, nowMs, retryAfter);
    }
  }

  /** The 429 of a mailbox that has too much to do, or null. */
  refuseMail(call: GraphCall, { isMail, person }: Route): Answer | null {
    if (!isMail || person === null) return null;
    const wait = this.#services.mailboxLimits.enter(person.number, performance.now());
    return wait > 0 ? refusal(call, 'mailbox', wait) : null;
  }

  /** The same in a batch; `step` holds how many calls of its present step each mailbox has. */
  refuseMailInBatch(call: GraphCall, { isMail, person }: Route, step: Map<number, number>): Answer | null {
    if (!isMail || person === null) return null;
    const { mailboxLimits } = this.#services;
    const before = step.get(person.number) ?? 0;
    step.set(person.number, before + 1);
    const wait = mailboxLimits.enter(person.number, performance.now(), before);
    mailboxLimits.leave(person.number);
    return wait > 0 ? refusal(call, 'mailbox', wait) : null;
  }

  /** The 429 of a limit that no mailbox has, or null. */
  refuse(call: GraphCall, route: Route): Answer | null {
    return (
      this.#countUpload(call, route) ??
      this.#countTeams(call, route) ??
      this.#countUnits(call, route) ??
      this.#countDirectory(call, route)
    );
  }

  /** The 429 of an application that uploaded too much to a mailbox, or null. */
  #countUpload(call: GraphCall, { isMail, person }: Route): Answer | null {
    if (!isMail || person === null || call.bodyBytes === 0) return null;
    const wait = this.#services.mailboxLimits.upload(person.number, call.bodyBytes, performance.now());
    return wait > 0 ? refusal(call, 'mailbox', wait) : null;
  }

  /** The 429 of an application that used up its resource units, or null. */
  #countUnits(call: GraphCall, route: Route): Answer | null {
    if (!route.units) return null;
    const { units } = this.#services;
    const nowMs = performance.now();
    const agent = call.headers['user-agent'];
    const wait = units.enter(route.units.cost, nowMs, typeof agent === 'string' ? agent : undefined);
    if (wait === 0) return null;
    const answer = refusal(call, 'units', wait);
    return { ...answer, headers: { ...answer.headers, ...units.headers(nowMs) } };
  }

  /** The 429 of an application that asked the directory for too much, or null. */
  #countDirectory(call: GraphCall, route: Route): Answer | null {
    if (!isDirectory(route)) return null;
    const limits = this.#services.directoryLimits;
    const cost = directoryCost(call);
    const wait = limits.enter(cost, performance.now());
    if (wait === 0) return null;
    const answer = refusal(call, 'requests', wait);
    const scope = {
      'x-ms-throttle-scope': 'Tenant_Application/ReadWrite/',
      'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
    };
    return { ...answer, headers: { ...answer.headers, ...scope, ...limits.headers(cost) } };
  }

  /** The 429 of an application that asked Teams for too much in a second, or null. */
  #countTeams(call: GraphCall, { teams }: Route): Answer | null {
    if (!teams) return null;
    const wait = this.#services.teamsLimits.enter(teams, performance.now());
    return wait > 0 ? refusal(call, 'requests', wait) : null;
  }

  /** An operation's own answer, with what is left of the application's units where that is told. */
  tell(call: GraphCall, route: Route, answer: Answer): Answer {
    if (isDirectory(route)) {
      const told = this.#services.directoryLimits.headers(directoryCost(call));
      return { ...answer, headers: { ...answer.headers, ...told } };
    }
    if (!route.units) return answer;
    const told = this.#services.units.headers(performance.now());
    return { ...answer, headers: { ...answer.headers, ...told } };
  }
}

/** What an answer asks for patience with; a 503 means one request, only a 429 speaks for the whole mailbox. */
export function retryAfterOf(route: Route, answer: Answer, key: string): PlannedRetryAfter[] {
  const seconds = Number(answer.headers?.['Retry-After']);
  return answer.status === 429 && seconds > 0 ? [{ route, seconds, key }] : [];
}

const refusals = {
  mailbox: {
    code: 'ApplicationThrottled',
    message: 'Application is over its MailboxConcurrency limit.',
  },
  units: { code: 'activityLimitReached', message: 'The request has been throttled.' },
  requests: { code: 'TooManyRequests', message: 'Too many requests.' },
};

function refusal(call: GraphCall, over: keyof typeof refusals, retryAfterSeconds: number): Answer {
  return graphError(call, 429, { ...refusals[over], retryAfterSeconds });
}

/** Operations on users, groups and applications themselves, and not on what Outlook or others keep for them. */
const directoryOperation =
  /^(?:(?:List|Get|Create|Update|Delete)(?:Users|Groups|Applications|ServicePrincipals)|groups\.(?:List(?:Transitive)?Members|ListOwners))$/;
const isDirectory = ({ operation }: Route): boolean => directoryOperation.test(operation);

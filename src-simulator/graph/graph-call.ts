/** One Graph request as handlers see it, whether it came by itself or inside a batch, and Graph's form of errors. */
import { jsonText, type Answer } from '../http/answer.ts';
import type { Directory, Person } from '../directory/people.ts';
import type { MailStore } from '../mail/mail-store.ts';
import type { DriveStore } from '../files/drive-store.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { ResolvedOptions } from '../options.ts';
import type { ApplicationRegister } from '../sign-in/application-register.ts';
import type { SitePlan } from '../sites/site-plan.ts';
import type { SiteStore } from '../sites/site-store.ts';
import type { GroupStore } from '../groups/group-store.ts';
import type { TeamsCallKind } from '../limits/teams-limits.ts';
import type { Tallies } from '../writes/tallies.ts';
import type { UploadSessions } from '../writes/upload-sessions.ts';
import type { Area } from './area.ts';

/** The organization behind the endpoints. */
export interface Organization {
  readonly options: ResolvedOptions;
  readonly directory: Directory;
  readonly mail: MailStore;
  readonly groups: GroupStore;
  /** Sites as they were planned. */
  readonly sites: SitePlan;
  readonly siteStore: SiteStore;
  readonly drives: DriveStore;
  readonly applications: ApplicationRegister;
  readonly faults: FaultPlan;
  readonly uploads: UploadSessions;
  readonly tallies: Tallies;
  /** Everything beside mail and the directory of users. */
  readonly areas: Area[];
  /** https://localhost:port, known once the server listens. */
  readonly origin: () => string;
}

export interface GraphCall {
  method: string;
  /** Decoded path segments after the version. */
  segments: readonly string[];
  /** Query options by lower-case name without the dollar sign. */
  query: ReadonlyMap<string, string>;
  /** Header values by lower-case name. */
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /** JSON as it was read, MIME as text, any other content as bytes; undefined for none. */
  body: unknown;
  bodyBytes: number;
  /** The body was longer than the service takes, and is not here. */
  isTooLong?: boolean;
  requestId: string;
}

/** An operation chosen for a call, before any check of token, limits or faults. */
export interface Route {
  /** operationId of the specification. */
  operation: string;
  /** Application permission needed; null when the operation itself checks. */
  role: string | null;
  /** Delegated permission with which an administrator who signed in may call it too; none unless given. */
  scope?: string;
  /** Service whose token the call needs; Graph when absent. */
  resource?: 'sharePoint';
  /** The account in the path; null for directory operations. */
  person: Person | null;
  /** True when the mailbox's limits count this call. */
  isMail: boolean;
  /** What the path names beside mail: the faults itemGone and folderGone may say that it is not there. */
  about?: 'item' | 'container';
  /** Which of Teams' limits count this call, and the team or chat that it goes to; absent outside Teams. */
  teams?: { readonly kind: TeamsCallKind; readonly place: string | null };
  /** Resource units the call costs its application; absent where none are counted. */
  units?: { readonly service: 'sharepoint'; readonly cost: number };
  run: () => Answer;
}

export const headerOf = (call: GraphCall, name: string): string => {
  const value = call.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
};

/** An error answer in OData's form. */
export function graphError(
  call: GraphCall,
  status: number,
  problem: { code: string; message: string; retryAfterSeconds?: number; location?: string },
): Answer {
  const date = new Date().toISOString().slice(0, 19);
  const clientRequestId = headerOf(call, 'client-request-id') || call.requestId;
  const body = JSON.stringify({
    error: {
      code: problem.code,
      message: problem.message,
      innerError: { date, 'request-id': call.requestId, 'client-request-id': clientRequestId },
    },
  });
  const answer = jsonText(body, status);
  const headers: Record<string, string> = {};
  if (problem.retryAfterSeconds !== undefined) headers['Retry-After'] = String(problem.retryAfterSeconds);
  if (problem.location !== undefined) headers['Location'] = problem.location;
  return { ...answer, headers };
}

export const badRequest = (call: GraphCall, message: string): Answer =>
  graphError(call, 400, { code: 'BadRequest', message });

export const notFound = (call: GraphCall): Answer =>
  graphError(call, 404, {
    code: 'ErrorItemNotFound',
    message: 'The specified object was not found in the store.',
  });

/** 405 of a method that no operation has. */
export const refuseMethod = (call: GraphCall): Answer =>
  graphError(call, 405, {
    code: 'Request_BadRequest',
    message: `The method ${call.method} is not allowed for this resource.`,
  });

/** From a path below a user to an operation of one Outlook area, with everything that all of them have in common. */
import type { Person } from '../directory/people.ts';
import { refuseMethod, type GraphCall, type Organization, type Route } from '../graph/graph-call.ts';
import { noMailbox, noSuchMailUser } from '../graph/mailbox-problems.ts';
import type { Answer } from '../http/answer.ts';

/** A call that names a person with a mailbox. */
export interface OutlookCall {
  readonly organization: Organization;
  readonly call: GraphCall;
  readonly person: Person;
  /** Segments from the area's own one on. */
  readonly segments: readonly string[];
  /** The whole path below the version, for links. */
  readonly path: string;
}

export interface OutlookOperation {
  readonly operation: string;
  readonly about?: 'item' | 'container';
  readonly run: () => Answer;
}

/** What an area asks of its callers and how it finds its operations. */
export interface OutlookDesk {
  readonly role: string;
  /** True for the area's paths, given whole. Asked about every request, so it only compares. */
  readonly owns: (segments: readonly string[]) => boolean;
  readonly find: (call: OutlookCall) => OutlookOperation | null;
  /** For those who write; absent where nothing can be written. Null for a method that a path has not. */
  readonly writing?: {
    readonly role: string;
    readonly find: (call: OutlookCall) => OutlookOperation | null;
  };
}

/** The operation of a call; null when the path is none of the desk's. */
export function outlookRoute(organization: Organization, call: GraphCall, desk: OutlookDesk): Route | null {
  if (call.segments[0] !== 'users' || !desk.owns(call.segments)) return null;
  const [, user = '', ...segments] = call.segments;
  const writing = call.method === 'GET' ? undefined : desk.writing;
  const { role } = writing ?? desk;
  const operation = `users.${segments[0] ?? ''}`;
  const person = organization.directory.find(user);
  if (!person) return { operation, role, person: null, isMail: false, run: () => noSuchMailUser(call, user) };
  const base = { role, person, isMail: true };
  if (person.mailbox !== 'cloud') return { ...base, operation, run: () => noMailbox(call, person) };
  const path = call.segments.map((segment) => encodeURIComponent(segment)).join('/');
  const found = operationOf(desk, { organization, call, person, segments, path });
  return found && { ...base, ...found };
}

/** The operation that a call asks for; whoever writes what can only be read is refused. */
function operationOf(desk: OutlookDesk, outlook: OutlookCall): OutlookOperation | null {
  const { call } = outlook;
  if (call.method === 'GET') return desk.find(outlook);
  const written = desk.writing?.find(outlook);
  if (written) return written;
  const found = desk.find(outlook);
  return found && { operation: found.operation, run: () => refuseMethod(call) };
}

/** True for the segment of a delta function, in either of its spellings. */
export const isDelta = (segment: string | undefined): boolean => segment === 'delta' || segment === 'delta()';

/**
 * Delta and skip tokens: everything needed to go on, sealed into opaque text, so the simulator keeps no sessions.
 * A token carries the age of the mailbox's tokens; expiring all of them is one increment.
 */
import type { Answer } from '../http/answer.ts';
import { badRequest, graphError, type GraphCall, type Organization } from './graph-call.ts';

export interface DeltaToken {
  /** `messages` stands for items of every area, `folders` for what holds them. */
  kind: 'folders' | 'messages';
  /** The area the token is good for; none for mail. */
  area?: string;
  age: number;
  /** Change number the next round starts from. */
  since: number;
  /** Position in the first enumeration; -1 once it is over. */
  cursor: number;
  select: readonly string[] | null;
  /** Folder number, for messages. */
  folder?: number;
  isHiddenShown?: boolean;
  /** Set when $top capped the total: items still allowed. */
  left?: number;
  /** First item of the page before, for the replay fault. */
  replay?: number;
  pageSize?: number;
  /** $expand of a delta of channel messages. */
  expand?: string;
  /** Only messages modified after this time, in milliseconds since 1970. */
  modifiedAfter?: number;
  /** Start and end of a calendar view, in milliseconds since 1970. */
  window?: readonly [number, number];
}

function writeToken(token: DeltaToken): string {
  const { kind, age, since, cursor, select, ...rest } = token;
  return Buffer.from(JSON.stringify([kind === 'folders' ? 0 : 1, age, since, cursor, select, rest])).toString(
    'base64url',
  );
}

/** The token of a call for `kind`, null when it has none, 'broken' when it cannot be read. */
export function readToken(call: GraphCall, kind: DeltaToken['kind']): DeltaToken | null | 'broken' {
  const text = call.query.get('deltatoken') ?? call.query.get('skiptoken');
  if (text === undefined) return null;
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString()) as [
      number,
      number,
      number,
      number,
      string[] | null,
      Partial<DeltaToken>,
    ];
    const [kindNumber, age, since, cursor, select, rest] = parts;
    if ((kindNumber === 0 ? 'folders' : 'messages') !== kind) return 'broken';
    return { ...rest, kind, age, since, cursor, select };
  } catch {
    return 'broken';
  }
}

export const nextLink = (organization: Organization, path: string, token: DeltaToken) => ({
  '@odata.nextLink': `${organization.origin()}/v1.0/${path}?$skiptoken=${writeToken(token)}`,
});

export const deltaLink = (organization: Organization, path: string, token: DeltaToken) => ({
  '@odata.deltaLink': `${organization.origin()}/v1.0/${path}?$deltatoken=${writeToken(token)}`,
});

export const tokenProblem = (call: GraphCall): Answer =>
  badRequest(call, "Badly formed token in '$skiptoken' or '$deltatoken'.");

let expiredCount = 0;

/** The three ways Microsoft says that a delta token is no longer good, in turns. */
export function expiredAnswer(organization: Organization, call: GraphCall, path: string): Answer {
  expiredCount += 1;
  if (expiredCount % 3 === 1) {
    return graphError(call, 410, {
      code: 'SyncStateNotFound',
      message: 'The sync state generation is not found; the sync must be restarted.',
      location: `${organization.origin()}/v1.0/${path}`,
    });
  }
  if (expiredCount % 3 === 2)
    return graphError(call, 410, { code: 'syncStateNotFound', message: 'The sync state was not found.' });
  return graphError(call, 400, { code: 'SyncStateInvalid', message: 'The sync state is not valid.' });
}

/**
 * A part of the organization beside mail (calendars, drives, teams, ...): what it answers, how it changes between two
 * backups, and what is true of it. One folder each; areas.ts lists them.
 */
import type { Dice } from '../chance.ts';
import type { GraphCall, Route } from './graph-call.ts';

/** What /control/changes makes on request. `account` is the id of a user, group or site, or undefined for any. */
type AreaChange = (dice: Dice, account: string | undefined) => Readonly<Record<string, unknown>> | null;

export interface Area {
  /** Names its part of `/control/truth?area=` and of the changes. */
  readonly name: string;
  /** The operation of a call; null when the path is none of this area's. A method that it lacks is its own 405. */
  route(call: GraphCall): Route | null;
  /** Kinds of changes. A change that finds nothing suitable returns null and is not counted. */
  readonly changes: Readonly<Record<string, AreaChange>>;
  /** What the area holds of an account, a plain object a line, each with `kind` and `id`; nothing for a stranger. */
  truth(account: string): Iterable<object>;
  /**
   * The fewest requests that tell whether anything of an account has changed since an earlier run, by what the account
   * holds now: one for each list of containers and one for each container in it. 0 for a stranger; absent where a backup
   * of accounts asks nothing.
   */
  readonly minimum?: (account: string) => number;
  /**
   * Requests beside those for what belongs to an account and changes without any delta or list of containers telling, so
   * that a backup has to read it at every run; 0 for a stranger, absent where there is nothing of the kind.
   */
  readonly withoutDelta?: (account: string) => number;
  /** Deletes what accounts hold, of one account or of all; returns how many things. Absent where nothing can be emptied. */
  readonly wipe?: (account: string | undefined) => number;
  /** Makes the delta links of one account, or of all, expire. */
  expireDelta(account: string | undefined): void;
}

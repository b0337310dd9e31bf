/** What a selection answers, and what goes into it on the way. */
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import type { AccountKind } from '../../../src-shared/model/account-kind.ts';
import type { LeftOutReason } from '../../../src-shared/model/account-choice.ts';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import type { GraphClient } from '../../graph/graph-client.ts';

/** An account to back up. */
export interface SelectedAccount {
  readonly row: AccountRow;
  /** Of a group: whether it has a team. */
  readonly hasTeam: boolean;
}

/** Something that was chosen, or a whole list, and why it is not saved. */
export interface Missing {
  readonly name: string;
  readonly error: AppError;
}

/** Where to ask. */
export interface Directory {
  readonly graph: GraphClient;
  readonly signal: AbortSignal;
}

/** The same with what earlier runs know. */
export interface KnownDirectory extends Directory {
  readonly known: KnownAccounts;
}

/** Whom earlier runs saved, for names that have changed since somebody wrote them down. */
export class KnownAccounts {
  readonly #ids = new Map<string, string>();

  constructor(rows: readonly AccountRow[]) {
    for (const { kind, address, id } of rows) this.#ids.set(`${kind} ${normal(address)}`, id);
  }

  /** The id of the account that had this address; undefined for none. */
  idOf(kind: AccountKind, name: string): string | undefined {
    return this.#ids.get(`${kind} ${normal(name)}`);
  }
}

/** Gathers the accounts of a run, each once, and what could not be had. */
export class Gathering {
  readonly accounts = new Map<string, SelectedAccount>();
  readonly missing: Missing[] = [];
  /** Accounts that the rule or their nature leaves out, by reason. */
  readonly leftOut = new Map<LeftOutReason, number>();
  /** Kinds whose accounts could not be listed, so that nobody can be said to have left. */
  readonly unknownKinds = new Set<AccountKind>();

  add(row: AccountRow, hasTeam = false): void {
    this.accounts.set(row.id, { row, hasTeam });
  }

  leaveOut(reason: LeftOutReason): void {
    this.leftOut.set(reason, (this.leftOut.get(reason) ?? 0) + 1);
  }

  /** Answers what `find` answers, or notes that `name` is missing. */
  async find<T>(name: string, find: () => Promise<T>): Promise<T | undefined> {
    try {
      return await find();
    } catch (error) {
      if (!isAppError(error, ...missingCodes)) throw error;
      this.missing.push({ name, error });
      return undefined;
    }
  }
}

/** What one name of a selection may fail with while the others are saved. */
const missingCodes = [
  'account-unknown',
  'account-ambiguous',
  'account-without-mailbox',
  'group-empty',
  'group-too-large',
  'item-gone',
] as const;

/** The error for a name that nobody has. `what` is a noun with its article. */
export function unknownName(what: string, name: string, cause?: unknown): AppError {
  return new AppError(
    'account-unknown',
    `There is no ${what} "${name}" in this organization. Snapshots that have it keep it; check the spelling, or take it out of the selection.`,
    { cause, details: { name } },
  );
}

/** Names as they are compared. */
export function normal(name: string): string {
  return name.trim().toLowerCase();
}

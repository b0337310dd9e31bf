/**
 * The outcome ledger of a run: what became of every item, and why. A run never dies for one item; it dies, if at all,
 * for what concerns all of them, and that is not the ledger's business.
 */
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { ErrorCode } from '../../src-shared/errors/error-code.ts';
import type { GapCode } from '../../src-shared/errors/gap-code.ts';
import type { SnapshotCounts } from '../../src-shared/model/rows.ts';

/**
 * What became of one item. `skipped` is permanent with a known cause; `failed` is tried again by the next run. An item
 * with a gap is both `saved` and, for what it lacks, `skipped`.
 */
export type ItemOutcome =
  | { readonly kind: 'saved'; readonly sizeBytes: number }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'removed' }
  | { readonly kind: 'skipped'; readonly code: ErrorCode | GapCode }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

/** An outcome that is listed among the issues of a snapshot. */
export type IssueOutcome = Extract<ItemOutcome, { kind: 'skipped' | 'failed' }>;

/** Causes that no further try will mend: the item or account itself is what it is. */
const permanentCodes: ReadonlySet<ErrorCode> = new Set([
  'item-corrupt',
  'item-too-large',
  'item-infected',
  'account-without-mailbox',
  'account-without-drive',
  'site-locked',
  'account-unknown',
  'account-ambiguous',
  'group-empty',
  'group-too-large',
  'not-in-this-cloud',
  'export-not-permitted',
]);

/** Causes that end a run in its middle without touching what it has: that much becomes a partial snapshot. */
export const endingCodes = [
  'cancelled',
  'stopped-at-failure',
  'sign-in-tenant-unknown',
  'sign-in-application-unknown',
  'sign-in-secret-wrong',
  'sign-in-secret-expired',
  'sign-in-certificate-rejected',
] as const;

/** Causes that concern the whole run, so that going on with other items only adds noise. */
const fatalCodes: ReadonlySet<ErrorCode> = new Set([
  ...endingCodes,
  'store-full',
  'store-read-only',
  'store-unavailable',
  'vault-session-fenced',
  'internal',
]);

/** True for an error that ends the run; anything that is not an `AppError` does, being a fault of ours. */
export function isFatal(error: unknown): boolean {
  return !isAppError(error) || fatalCodes.has(error.code);
}

/** Causes that pass as a rule, and that an item which is broken for good shows again and again. */
const doubtfulCodes: ReadonlySet<string> = new Set([
  'service-unavailable',
  'response-invalid',
  'item-changed',
  'item-gone',
]);
const runsUntilUnreadable = 3;

/**
 * The outcome of an item whose fetching failed in `attempts` runs, this one included. What Microsoft 365 never gives out
 * must not make every snapshot partial for ever; it is listed, and goes on being asked for.
 */
export function outcomeOfItem(error: unknown, attempts: number): IssueOutcome {
  const outcome = outcomeOf(error);
  const isHopeless = attempts >= runsUntilUnreadable && doubtfulCodes.has(outcome.code);
  return isHopeless ? { kind: 'skipped', code: 'item-unreadable' } : outcome;
}

/** True for an issue whose item is to be asked for again although nothing says that it changed. */
export function isWorthAnotherTry({ outcome, code }: { outcome: string; code: string }): boolean {
  return outcome === 'failed' || code === 'item-unreadable';
}

/** The outcome that an item's error means. */
export function outcomeOf(error: unknown): IssueOutcome {
  const code = isAppError(error) ? error.code : 'internal';
  return permanentCodes.has(code) ? { kind: 'skipped', code } : { kind: 'failed', code };
}

/** A cause and how many items have it. */
export interface Cause {
  readonly outcome: 'skipped' | 'failed';
  readonly code: string;
  readonly count: number;
}

type Lack = Pick<Cause, 'outcome' | 'code'>;

/** Counts outcomes of one run. */
export class FaultLedger {
  readonly #counts = { saved: 0, unchanged: 0, removed: 0, skipped: 0, failed: 0, bytes: 0 };
  readonly #causes = new Map<string, Cause>();

  record(outcome: ItemOutcome): void {
    this.#counts[outcome.kind] += 1;
    if (outcome.kind === 'saved') this.#counts.bytes += outcome.sizeBytes;
    if (outcome.kind !== 'skipped' && outcome.kind !== 'failed') return;
    this.#countCause(outcome.kind, outcome.code);
  }

  /** Counts something that the snapshot will lack. */
  open({ outcome, code }: Lack): void {
    this.#counts[outcome] += 1;
    this.#countCause(outcome, code);
  }

  /** Takes back what {@link open} counted. */
  close({ outcome, code }: Lack): void {
    this.#counts[outcome] -= 1;
    this.#countCause(outcome, code, -1);
  }

  get counts(): SnapshotCounts {
    return { ...this.#counts };
  }

  /** Items that the snapshot lacks, by cause. */
  get causes(): Cause[] {
    return [...this.#causes.values()];
  }

  #countCause(outcome: Cause['outcome'], code: string, change: 1 | -1 = 1): void {
    const key = `${outcome} ${code}`;
    const count = (this.#causes.get(key)?.count ?? 0) + change;
    if (count > 0) this.#causes.set(key, { outcome, code, count });
    else this.#causes.delete(key);
  }
}

/**
 * Which snapshots a person means. The vault itself says what it holds, so this works on a machine that knows nothing but
 * the vault and its password.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { AccountRow } from '../../src-shared/model/rows.ts';
import { choose, kinds } from './choice.ts';
import type { Session } from './session.ts';
import { openKnownVault, type OpenVault } from './vault-access.ts';

/** Options that say where to look. */
export interface SnapshotOptions {
  readonly vault?: string;
  readonly snapshot?: string;
}

/** An open vault and a protected item in it, in the words of the contract. */
export interface SnapshotTarget extends OpenVault {
  readonly protectedItem: { readonly id: string; readonly name: string };
  /** Input of the contract's snapshot procedures. */
  readonly scope: { vault: string; protectedItemId: string; snapshot?: number | undefined };
}

/** Opens the vault and finds the protected item in it. Throws `protected-item-unknown` and what opening throws. */
export async function findSnapshots(
  session: Session,
  wanted: string | undefined,
  options: SnapshotOptions,
): Promise<SnapshotTarget> {
  const snapshot = snapshotNumber(options.snapshot);
  const open = await openKnownVault(session, options.vault ?? (await vaultOf(session, wanted)));
  const newestFirst = (await open.client.snapshot.list({ vault: open.vault })).toReversed();
  const items = new Map(
    newestFirst.map(({ protectedItemId: id, protectedItemName: name }) => [id, { id, name }] as const),
  );
  if (items.size === 0) {
    throw new AppError(
      'snapshot-unknown',
      `The vault "${open.record.name}" holds no snapshot yet. Run "holdfast backup" first.`,
    );
  }
  const protectedItem = choose([...items.values()], kinds.protectedItem, wanted);
  return {
    ...open,
    protectedItem,
    scope: { vault: open.vault, protectedItemId: protectedItem.id, snapshot },
  };
}

/** The account that `wanted` names, or the only one of the snapshot. */
export async function chooseAccount({ client, scope }: SnapshotTarget, wanted?: string): Promise<string> {
  if (wanted !== undefined) return wanted;
  const accounts = await client.snapshot.accounts(scope);
  const [only] = accounts;
  if (only !== undefined && accounts.length === 1) return only.id;
  throw new AppError(
    'input-invalid',
    `This snapshot holds ${accounts.length} accounts, so name the one you mean with --account. Nothing was done; "holdfast ls" lists them.`,
    { details: { accounts: accounts.length } },
  );
}

/** The accounts, by address. */
export function sortedAccounts(accounts: readonly AccountRow[]): AccountRow[] {
  return accounts.toSorted((a, b) => a.address.localeCompare(b.address));
}

function snapshotNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === 'latest') return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new AppError(
    'input-invalid',
    `"${text}" is no snapshot. Nothing was done; give its number as "holdfast snapshots" shows it, or "latest".`,
  );
}

/** The vault of a protected item that this machine knows, so that it need not be named. */
async function vaultOf(session: Session, wanted: string | undefined): Promise<string | undefined> {
  const items = (await session.records()).protectedItems();
  const known =
    wanted === undefined && items.length === 1
      ? items[0]
      : items.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted?.toLowerCase());
  return known?.vaultId;
}

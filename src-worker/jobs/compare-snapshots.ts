/**
 * Compares two snapshots of a protected item, in the catalog alone. Cost grows with what changed between them, and memory
 * with what is listed.
 */
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type {
  ChangeKind,
  ChangeTotal,
  CompareInput,
  Comparison,
  ItemChange,
} from '../../src-shared/contract/compare-contract.ts';
import { itemTitle } from '../../src-shared/model/item-facts.ts';
import type { AccountRow, RowOwner } from '../../src-shared/model/rows.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { ComparedItem, ComparedRow } from '../catalog/compare-query.ts';
import { infoOf } from '../catalog/packed-row.ts';
import { CollectionNames } from './collection-names.ts';
import { collectionPaths, findAccount, findFolder, findSnapshot, pathsBelow } from './snapshot-scope.ts';

/** Fewer are no matter of numbers: somebody tidied up. */
const fewestOfMany = 20;
const rowsInATurn = 2000;

type Query = Omit<CompareInput, 'vault'>;
type Counts = Pick<ChangeTotal, 'added' | 'removed' | 'moved' | 'changed' | 'contentChanged'>;

/** Throws `snapshot-unknown`, `account-unknown`, `collection-gone` or `input-invalid`. */
export async function compareSnapshots(catalog: Catalog, query: Query): Promise<Comparison> {
  const comparison = new Comparing(catalog, query);
  let rows = 0;
  for (const row of catalog.compare(comparison.scope)) {
    comparison.take(row);
    rows += 1;
    // The engine serves others meanwhile.
    if (rows % rowsInATurn === 0) await setImmediate();
  }
  return comparison.result();
}

class Comparing {
  readonly scope: Parameters<Catalog['compare']>[0];
  readonly #catalog: Catalog;
  readonly #limit: number;
  readonly #names: CollectionNames;
  readonly #accounts: ReadonlyMap<string, AccountRow>;
  /** Collections that count; undefined for all. */
  readonly #collections: ReadonlySet<string> | undefined;
  readonly #counts = new Map<string, RowOwner & { counts: Counts }>();
  readonly #changes: ItemChange[] = [];
  #more = 0;

  constructor(catalog: Catalog, query: Query) {
    const { protectedItemId: chainId, service, item, limit } = query;
    const from = findSnapshot(catalog, chainId, query.from).number;
    const to = findSnapshot(catalog, chainId, query.to).number;
    if (from >= to)
      throw new AppError(
        'input-invalid',
        `Snapshot ${from} is not older than snapshot ${to}, so there is nothing to compare. Give an older one first.`,
      );
    this.#catalog = catalog;
    this.#limit = limit;
    this.#names = new CollectionNames(catalog);
    const both = [from, to].flatMap((number) => catalog.accounts(chainId, number));
    this.#accounts = new Map(both.map((row) => [row.id, row]));
    const account =
      query.account === undefined ? null : accountOf(catalog, { chainId, from, to }, query.account);
    this.scope = { chainId, from, to, workload: service ?? null, account, item: item ?? null };
    this.#collections = this.#collectionsOf(query.folder);
  }

  take(row: ComparedRow): void {
    const { before, after } = row;
    if (![before, after].some((side) => side !== undefined && this.#isChosen(side))) return;
    const isContentChanged = !hasSameContent(before, after);
    const kind = kindOf(before, after, isContentChanged);
    // It came and went between the two.
    if (kind === undefined) return;
    this.#count(row, kind, isContentChanged);
    if (this.#changes.length < this.#limit) this.#changes.push(this.#describe(row, kind, isContentChanged));
    else this.#more += 1;
  }

  result(): Comparison {
    const { from, to } = this.scope;
    const totals = [...this.#counts.values()].map((each) => this.#total(each));
    return { from, to, totals, changes: this.#changes, more: this.#more };
  }

  #isChosen({ collection }: ComparedItem): boolean {
    return this.#collections?.has(collection) ?? true;
  }

  /** A folder may have been there at one of the two times only. */
  #collectionsOf(folder: string | undefined): ReadonlySet<string> | undefined {
    if (folder === undefined) return undefined;
    const { chainId, from, to, workload, account } = this.scope;
    if (account === null || workload === null)
      throw new AppError(
        'input-invalid',
        'A folder belongs to a service of an account: name both. Nothing was compared.',
      );
    const newer = { chainId, number: to, workload, account };
    const scopes = [{ ...newer, number: from }, newer];
    const found = scopes.map((scope) => ({ scope, path: folderIn(this.#catalog, scope, folder) }));
    // Throws what says that there is none.
    if (found.every(({ path }) => path === undefined)) findFolder(this.#catalog, newer, folder);
    return new Set(
      found.flatMap(({ scope, path }) =>
        path === undefined
          ? []
          : pathsBelow(collectionPaths(this.#catalog, scope), path).map(({ collection }) => collection.id),
      ),
    );
  }

  #count({ workload, account }: RowOwner, kind: ChangeKind, isContentChanged: boolean): void {
    const key = JSON.stringify([workload, account]);
    const counts = { added: 0, removed: 0, moved: 0, changed: 0, contentChanged: 0 };
    const found = this.#counts.get(key) ?? { workload, account, counts };
    this.#counts.set(key, found);
    found.counts[kind] += 1;
    if (kind === 'changed' && isContentChanged) found.counts.contentChanged += 1;
  }

  #total({ workload, account, counts }: RowOwner & { counts: Counts }): ChangeTotal {
    const { chainId, from, to } = this.scope;
    const heldAt = (number: number): number =>
      [...this.#catalog.collectionTotals({ chainId, number, workload, account }).entries()]
        .filter(([collection]) => this.#collections?.has(collection) ?? true)
        .reduce((sum, [, { items }]) => sum + items, 0);
    const [before, after] = [heldAt(from), heldAt(to)];
    return {
      ...{ account: this.#accountOf(account), service: workload, before, after, ...counts },
      warnings: [
        ...(counts.removed >= fewestOfMany && counts.removed * 4 >= before
          ? (['mass-removal'] as const)
          : []),
        ...(counts.contentChanged >= fewestOfMany && counts.contentChanged * 2 >= before
          ? (['mass-change'] as const)
          : []),
      ],
    };
  }

  #describe(row: ComparedRow, kind: ChangeKind, isContentChanged: boolean): ItemChange {
    const { workload, account, id, before, after } = row;
    const { chainId, from, to } = this.scope;
    const sideAt = (side: ComparedItem | undefined, number: number) =>
      side === undefined
        ? null
        : {
            folderPath: this.#names.pathOf({ chainId, number, workload, account }, side.collection),
            sizeBytes: side.sizeBytes,
            title: itemTitle(infoOf(side.info)) ?? '',
          };
    return {
      ...{ kind, account: this.#accountOf(account), service: workload, id, isContentChanged },
      before: sideAt(before, from),
      after: sideAt(after, to),
    };
  }

  #accountOf(id: string): ItemChange['account'] {
    const { address = '', name = '' } = this.#accounts.get(id) ?? {};
    return { id, address, name };
  }
}

function kindOf(
  before: ComparedItem | undefined,
  after: ComparedItem | undefined,
  isContentChanged: boolean,
): ChangeKind | undefined {
  if (before === undefined) return after === undefined ? undefined : 'added';
  if (after === undefined) return 'removed';
  return isContentChanged || placeOf(before) === placeOf(after) ? 'changed' : 'moved';
}

function hasSameContent(before: ComparedItem | undefined, after: ComparedItem | undefined): boolean {
  return before !== undefined && after !== undefined && Buffer.from(before.content).equals(after.content);
}

/** Where an item is and what it is called there; files lie in folders that are items. */
function placeOf({ collection, info }: ComparedItem): string {
  const { parent, name } = infoOf(info);
  return JSON.stringify([collection, parent, name]);
}

function accountOf(
  catalog: Catalog,
  { chainId, from, to }: { chainId: string; from: number; to: number },
  wanted: string,
): string {
  try {
    return findAccount(catalog, { chainId, number: to }, wanted).id;
  } catch {
    // Who left is in the older one only.
    return findAccount(catalog, { chainId, number: from }, wanted).id;
  }
}

function folderIn(
  catalog: Catalog,
  scope: Parameters<typeof findFolder>[1],
  wanted: string,
): string | undefined {
  try {
    return findFolder(catalog, scope, wanted).collection.id;
  } catch {
    return undefined;
  }
}

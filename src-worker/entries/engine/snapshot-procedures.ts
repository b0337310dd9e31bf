/** Serves the snapshot noun of the contract: what there is, in lists. */
import type { ServiceName } from '../../../src-shared/model/service-name.ts';
import type { ListedItem } from '../../../src-shared/contract/scope.ts';
import type { Folder, Snapshot } from '../../../src-shared/contract/snapshot-contract.ts';
import type { CoverageReport } from '../../../src-shared/model/coverage.ts';
import type { Catalog, CatalogItem, CatalogSnapshot, SnapshotScope } from '../../catalog/catalog.ts';
import { coverageDocument } from '../../formats/coverage-document.ts';
import { coverageOf } from '../../jobs/coverage.ts';
import {
  collectionPaths,
  findAccount,
  findFolder,
  findSnapshot,
  pathText,
} from '../../jobs/snapshot-scope.ts';
import type { EngineContext } from './engine-context.ts';
import type { Implementer } from './implementer.ts';
import { workloads } from './workloads.ts';

export function snapshotProcedures(os: Implementer, engine: EngineContext) {
  return os.snapshot.router({
    list: os.snapshot.list.handler(async ({ input }) => {
      const { catalog } = await engine.syncedVault(input.vault);
      return catalog.snapshots(input.protectedItemId).map(listedSnapshot);
    }),
    accounts: os.snapshot.accounts.handler(async ({ input }) => {
      const { catalog } = await engine.syncedVault(input.vault);
      const { number } = findSnapshot(catalog, input.protectedItemId, input.snapshot);
      return catalog.accounts(input.protectedItemId, number);
    }),
    folders: os.snapshot.folders.handler(async ({ input }) => {
      const { catalog } = await engine.syncedVault(input.vault);
      return listFolders(catalog, scopeOf(catalog, input));
    }),
    items: os.snapshot.items.handler(async ({ input }) => {
      const { catalog } = await engine.syncedVault(input.vault);
      const scope = scopeOf(catalog, input);
      const { collection } = findFolder(catalog, scope, input.folder);
      const page = catalog.itemPage(scope, collection.id, { after: input.after, limit: input.limit + 1 });
      return { items: page.slice(0, input.limit).map(listedItem), isLast: page.length <= input.limit };
    }),
    issues: os.snapshot.issues.handler(async ({ input }) => {
      const { catalog } = await engine.syncedVault(input.vault);
      return catalog.issues(scopeOf(catalog, input));
    }),
    coverage: os.snapshot.coverage.handler(({ input }) => coverage(engine, input)),
    coverageDocument: os.snapshot.coverageDocument.handler(async ({ input }) => ({
      text: coverageDocument(await coverage(engine, input), input.format),
    })),
  });
}

async function coverage(
  engine: EngineContext,
  input: { vault: string; protectedItemId: string; snapshot?: number | undefined },
): Promise<CoverageReport> {
  const { catalog } = await engine.syncedVault(input.vault);
  return coverageOf(catalog, findSnapshot(catalog, input.protectedItemId, input.snapshot), workloads);
}

/** The service of an account that an input names. */
export function scopeOf(
  catalog: Catalog,
  input: {
    protectedItemId: string;
    snapshot?: number | undefined;
    account: string;
    service: ServiceName;
  },
): SnapshotScope {
  const { number } = findSnapshot(catalog, input.protectedItemId, input.snapshot);
  const account = findAccount(catalog, { chainId: input.protectedItemId, number }, input.account);
  return { chainId: input.protectedItemId, number, workload: input.service, account: account.id };
}

function listFolders(catalog: Catalog, scope: SnapshotScope): Folder[] {
  const totals = catalog.collectionTotals(scope);
  return collectionPaths(catalog, scope).map((path) => ({
    id: path.collection.id,
    path: pathText(path),
    isHidden: path.collection.isHidden,
    items: totals.get(path.collection.id)?.items ?? 0,
    sizeBytes: totals.get(path.collection.id)?.sizeBytes ?? 0,
  }));
}

export function listedItem({ id, collection, sizeBytes, info }: CatalogItem): ListedItem {
  return { id, folderId: collection, sizeBytes, info };
}

function listedSnapshot(snapshot: CatalogSnapshot): Snapshot {
  const { chainId, number, outcome, startedAt, committedAt } = snapshot;
  const item = JSON.parse(snapshot.protectedItem) as { name: string; organization: string };
  return {
    protectedItemId: chainId,
    protectedItemName: item.name,
    organizationName: item.organization,
    number,
    outcome,
    startedAt,
    committedAt,
    counts: JSON.parse(snapshot.counts) as Snapshot['counts'],
    issues: JSON.parse(snapshot.issues) as Snapshot['issues'],
  };
}

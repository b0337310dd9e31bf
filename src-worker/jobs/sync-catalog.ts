/**
 * Brings the local catalog up to what the vault says: applies every commit that it lacks. After a backup that is one;
 * on a new machine it is all of them.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CatalogWriter } from '../catalog/catalog-writer.ts';
import { decodePackFooter, footerFrames } from '../vault/format/pack-footer.ts';
import { itemRows, removalRows, type CommitRecord, type SegmentRecord } from '../vault/format/records.ts';
import { listChains, readCommit, readSegments } from '../vault/session/read-commits.ts';
import type { Committed } from '../vault/session/write-session.ts';
import type { Vault } from '../vault/vault.ts';

/** Progress of a catalog that is built or brought up to date. */
export type SyncProgress = (applied: number, total: number) => void;

/**
 * Applies all commits that the catalog lacks. Throws `vault-damaged` where vault and catalog contradict: a vault that was
 * put back to an older state must not get a snapshot that continues what it does not have.
 */
export async function syncCatalog(vault: Vault, catalog: Catalog, onProgress?: SyncProgress): Promise<void> {
  const chains = await listChains(vault);
  for (const head of catalog.heads()) await requireHead(vault, head, chains.get(head.chainId) ?? 0);
  const missing = [...chains].map(([chainId, last]) => ({
    chainId,
    from: (catalog.head(chainId)?.number ?? 0) + 1,
    last,
  }));
  const total = missing.reduce((sum, { from, last }) => sum + Math.max(0, last - from + 1), 0);
  let applied = 0;
  for (const { chainId, from, last } of missing) {
    for (let number = from; number <= last; number += 1) {
      await applyCommit(vault, catalog, await readCommit(vault, chainId, number));
      applied += 1;
      onProgress?.(applied, total);
    }
  }
}

/** Applies one commit: the next of its chain. */
export async function applyCommit(
  vault: Vault,
  catalog: Catalog,
  { record, hash }: Committed,
): Promise<void> {
  const writer = catalog.write({
    chainId: record.chain,
    number: record.number,
    hash,
    outcome: record.outcome,
    startedAt: record.startedAt,
    committedAt: record.committedAt,
    protectedItem: JSON.stringify(record.protectedItem),
    counts: JSON.stringify(record.counts),
    issues: JSON.stringify(record.issues),
  });
  try {
    // Looked at inside the transaction: another process of this machine may have applied it meanwhile.
    const head = catalog.head(record.chain);
    if (head !== undefined && head.number >= record.number) {
      writer.rollback();
      return;
    }
    requireContinuation(record, head);
    for await (const segment of readSegments(vault, record)) applyRecord(writer, segment);
    writer.finish();
  } catch (error) {
    writer.rollback();
    throw error;
  }
}

/** The newest snapshot that the catalog knows must be in the vault; what follows it is checked when it is applied. */
async function requireHead(
  vault: Vault,
  head: { chainId: string; number: number; hash: Uint8Array },
  last: number,
): Promise<void> {
  if (last > head.number) return;
  if (last === head.number) {
    const { hash } = await readCommit(vault, head.chainId, last);
    if (Buffer.from(hash).equals(head.hash)) return;
  }
  throw contradiction(head.number);
}

function requireContinuation(record: CommitRecord, head: { hash: Uint8Array } | undefined): void {
  const follows =
    record.parent === null
      ? head === undefined
      : head !== undefined && Buffer.from(head.hash).equals(record.parent);
  if (!follows) throw contradiction(record.number);
}

function contradiction(number: number): AppError {
  return new AppError(
    'vault-damaged',
    `The vault does not continue the history that this machine knows up to snapshot ${number}. It may have been put back to an older state or altered. Nothing was changed; put back the newer files. If you put it back yourself, remove this machine's catalog of the vault, and it is read anew.`,
    { details: { number } },
  );
}

function applyRecord(writer: CatalogWriter, record: SegmentRecord): void {
  switch (record.t) {
    case 'packs':
      for (const pack of record.packs) writer.addPack(pack, footerFrames(decodePackFooter(pack.directory)));
      break;
    case 'accounts':
      writer.putAccounts(record.put);
      break;
    case 'collections':
      writer.putCollections(record, record.put);
      writer.removeCollections(record, record.removed);
      break;
    case 'items':
      for (const row of itemRows(record)) writer.putItem(record, row);
      break;
    case 'removals':
      for (const row of removalRows(record)) writer.removeItem(record, row);
      break;
    case 'states':
      writer.putStates(record, record.put);
      writer.removeStates(record, record.removed);
      break;
    case 'issues':
      writer.putIssues(record, record.put);
      writer.clearIssues(record, record.cleared);
      break;
  }
}

/**
 * Backs up one workload of one account with the parts a real run has (codec threads, sessions, catalog), into a vault in
 * memory: for workloads that no protected item can choose yet, and for a close look at what is stored.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { RestoreReport } from '../../src-shared/model/job.ts';
import type { ContentRef, IssueRow, SnapshotCounts } from '../../src-shared/model/rows.ts';
import { Catalog, type SnapshotScope } from '../../src-worker/catalog/catalog.ts';
import { startCodecs } from '../../src-worker/entries/engine/threads.ts';
import { FaultLedger } from '../../src-worker/faults/ledger.ts';
import { openGraph, type GraphServices } from '../../src-worker/graph/graph-client.ts';
import { AccountBackup } from '../../src-worker/jobs/backup/account-backup.ts';
import { defaultCheckpointLimits, Recorder } from '../../src-worker/jobs/backup/recorder.ts';
import { BufferShelf } from '../../src-worker/jobs/buffer-shelf.ts';
import { restoreFiles } from '../../src-worker/jobs/restore/restore-files.ts';
import { CodecPool } from '../../src-worker/jobs/codec-pool.ts';
import { createDedupFilterMemory, DedupFilter } from '../../src-worker/vault/index/dedup-filter.ts';
import { ObjectReader } from '../../src-worker/vault/objects/object-reader.ts';
import type { Vault } from '../../src-worker/vault/vault.ts';
import type { AccountScope, Workload } from '../../src-worker/workloads/workload.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import { bareVault } from './bare-vault.ts';

const chainId = 'd'.repeat(32);
const protectedItem = { id: chainId, name: 'One account', organization: 'Test' };

/** A stored item: its row, and its parts by name. */
export interface StoredItem {
  readonly id: string;
  readonly collection: string;
  readonly info: Readonly<Record<string, unknown>>;
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

export class WorkloadBackup {
  readonly #vault: Vault;
  readonly #folderPath: string;
  readonly #catalog: Catalog;
  readonly #workload: Workload;
  readonly #account: Pick<AccountScope, 'kind' | 'accountId'>;

  private constructor(vault: Vault, workload: Workload, account: Pick<AccountScope, 'kind' | 'accountId'>) {
    this.#vault = vault;
    this.#workload = workload;
    this.#account = account;
    this.#folderPath = mkdtempSync(join(tmpdir(), 'holdfast-workload-'));
    this.#catalog = new Catalog(join(this.#folderPath, 'catalog.db'), vault.keys.catalogKey);
  }

  static async open(
    workload: Workload,
    account: Pick<AccountScope, 'kind' | 'accountId'>,
  ): Promise<WorkloadBackup> {
    return new WorkloadBackup(await bareVault(), workload, account);
  }

  /** One run, with a client of its own. */
  async run(connection: GraphConnection, services: GraphServices): Promise<SnapshotCounts> {
    const shelf = new BufferShelf();
    const graph = openGraph(connection, { ...services, takeMemory: (sizeBytes) => shelf.take(sizeBytes) });
    const { clock } = services;
    const filterMemory = createDedupFilterMemory();
    const filter = new DedupFilter(filterMemory);
    for (const id of this.#catalog.chunkIds()) filter.claim(id);
    const ledger = new FaultLedger();
    const [vault, catalog] = [this.#vault, this.#catalog];
    let recorder: Recorder | undefined;
    // Without a thread: to start one takes longer than most of these backups.
    const pool = new CodecPool({
      startCodecs: () => startCodecs({ keys: this.#vault.keys.writerKeys, filterMemory }, 0),
      shelf,
      holdBack: (sizeBytes) => graph.holdBody(sizeBytes),
      onPack: async (pack) => recorder?.session.addPack(pack),
    });
    try {
      const limits = defaultCheckpointLimits;
      recorder = await Recorder.begin(
        { vault, catalog, clock, agent: 'test', pool, ledger, protectedItem, limits },
        this.#head(),
      );
      const scope = { ...this.#account, graph, signal: new AbortController().signal };
      const progress = { expect: () => undefined, finish: () => undefined };
      const workload = this.#workload;
      const services = { workload, scope, recorder, catalog, ledger, chainId, progress };
      await new AccountBackup({ ...services, onFailed: () => undefined }).run();
      return (await recorder.commit(ledger.counts.failed > 0 ? 'partial' : 'complete')).counts;
    } finally {
      await pool.close();
      await graph.close();
    }
  }

  issues(): IssueRow[] {
    return this.#catalog.issues(this.#scope());
  }

  /** Everything that the newest snapshot holds, read back from the vault. */
  async items(): Promise<StoredItem[]> {
    const reader = new ObjectReader(this.#vault, this.#catalog);
    const stored: StoredItem[] = [];
    const scope = this.#scope();
    for (const { id: collection } of this.#catalog.collections(scope))
      for (const { id, info, content } of this.#catalog.items(scope, collection))
        stored.push({ id, collection, info, parts: await readParts(reader, content) });
    return stored;
  }

  /** Restores all of the newest snapshot to a folder. */
  restore(targetPath: string, clock: Clock): Promise<RestoreReport> {
    const selections = [{ scope: this.#scope(), accountName: 'The account' }];
    const { signal } = new AbortController();
    const options = { vcard: '3.0', existing: 'rename', mail: 'eml', damaged: false } as const;
    const container = 'folder' as const;
    const run = { selections, targetPath, container, options, signal, onProgress: () => undefined };
    return restoreFiles({ vault: this.#vault, catalog: this.#catalog, clock }, run);
  }

  close(): void {
    this.#catalog.close();
    rmSync(this.#folderPath, { recursive: true });
  }

  #head() {
    const head = this.#catalog.head(chainId);
    return { chainId, number: head?.number ?? 0, parent: head?.hash ?? null };
  }

  #scope(): SnapshotScope {
    const { number } = this.#head();
    return { chainId, number, workload: this.#workload.name, account: this.#account.accountId };
  }
}

async function readParts(reader: ObjectReader, item: ContentRef): Promise<Map<string, Uint8Array>> {
  const parts = new Map<string, Uint8Array>();
  for (const { name, content } of (await reader.readParts(item)) ?? []) {
    const pieces: Uint8Array[] = [];
    for await (const piece of reader.readContent(content)) pieces.push(Uint8Array.from(piece));
    parts.set(name, Buffer.concat(pieces));
  }
  return parts;
}

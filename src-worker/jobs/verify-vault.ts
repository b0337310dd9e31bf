/**
 * Verifies a vault from its own files: every commit and segment against the hashes that name them, every pack against
 * its name, every frame and chunk against its seal and id, and every item of every snapshot against the index. Reports
 * what it finds and changes nothing.
 */
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { JobProgress, VerifyReport } from '../../src-shared/model/job.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { packName } from '../vault/format/layout.ts';
import { checkPack } from '../vault/objects/check-pack.ts';
import { ObjectReader } from '../vault/objects/object-reader.ts';
import {
  listChains,
  listOrphanPacks,
  missingFile,
  readCommit,
  readSegments,
} from '../vault/session/read-commits.ts';
import type { Vault } from '../vault/vault.ts';
import { LocalProgress } from './local-progress.ts';
import { syncCatalog } from './sync-catalog.ts';

const maxProblems = 1000;

export interface VerifyServices {
  readonly vault: Vault;
  readonly catalog: Catalog;
  readonly clock: Clock;
}

export interface VerifyRun {
  /** False checks that every file is there; true also reads all of them. */
  readonly readsData: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Verifies and reports; throws only for what keeps it from looking (store unavailable, cancelled). */
export async function verifyVault(services: VerifyServices, run: VerifyRun): Promise<VerifyReport> {
  return new Verification(services, run).execute();
}

class Verification {
  readonly #services: VerifyServices;
  readonly #run: VerifyRun;
  readonly #progress: LocalProgress;
  readonly #problems: VerifyReport['problems'] = [];
  readonly #referenced = new Set<string>();
  #problemCount = 0;
  #snapshots = 0;
  #packs = 0;
  #packBytes = 0;
  #chunks = 0;
  #items = 0;
  #packsTotal = 0;

  constructor(services: VerifyServices, run: VerifyRun) {
    this.#services = services;
    this.#run = run;
    const { clock } = services;
    this.#progress = new LocalProgress('verifying', { clock, onProgress: run.onProgress });
  }

  async execute(): Promise<VerifyReport> {
    const { vault, catalog } = this.#services;
    await this.#checkSnapshots();
    await this.#guard('catalog', () => syncCatalog(vault, catalog));
    this.#packsTotal = catalog.totals().packs;
    for (const pack of catalog.packs()) await this.#checkPack(pack.name, pack.sizeBytes);
    await this.#checkItems();
    const { orphanPacks, leftovers } = await this.#countLeftovers();
    return {
      isClean: this.#problemCount === 0,
      snapshots: this.#snapshots,
      packs: this.#packs,
      packBytes: this.#packBytes,
      chunks: this.#chunks,
      items: this.#items,
      orphanPacks,
      leftovers,
      problems: this.#problems,
      durationMs: this.#progress.elapsedMs,
    };
  }

  async #checkSnapshots(): Promise<void> {
    const { vault } = this.#services;
    for (const [chainId, last] of await listChains(vault)) {
      for (let number = 1; number <= last; number += 1) {
        await this.#guard(`snapshot ${number}`, async () => {
          const { record } = await readCommit(vault, chainId, number);
          for (const { name } of record.segments) this.#referenced.add(name);
          await drain(readSegments(vault, record));
          this.#snapshots += 1;
        });
      }
    }
  }

  async #checkPack(hash: Uint8Array, sizeBytes: number): Promise<void> {
    const name = packName(hash);
    await this.#guard(name, async () => {
      const { vault } = this.#services;
      if (this.#run.readsData) {
        this.#chunks += await checkPack(vault, name);
      } else if (
        (await vault.store.read(name, { offsetBytes: sizeBytes - 1, lengthBytes: 1 })) === undefined
      ) {
        throw missingFile(name, 'a pack');
      }
      this.#packs += 1;
      this.#packBytes += sizeBytes;
    });
    this.#tell();
  }

  /** Every item must lead to chunks that the index knows; what those hold was checked with the packs. */
  async #checkItems(): Promise<void> {
    const { vault, catalog } = this.#services;
    const reader = new ObjectReader(vault, catalog);
    for (const { id, content } of catalog.allContents()) {
      await this.#guard(`item ${id.slice(-16)}`, async () => {
        await reader.checkContent(content);
        this.#items += 1;
      });
    }
  }

  async #countLeftovers(): Promise<{ orphanPacks: number; leftovers: number }> {
    const { vault, catalog } = this.#services;
    let orphanPacks = 0;
    let leftovers = 0;
    for await (const name of listOrphanPacks(vault, (hash) => catalog.hasPack(hash)))
      orphanPacks += name === '' ? 0 : 1;
    for await (const { name } of vault.store.list('sessions/')) leftovers += name === '' ? 0 : 1;
    for await (const { name } of vault.store.list('segs/')) if (!this.#referenced.has(name)) leftovers += 1;
    return { orphanPacks, leftovers };
  }

  /** Runs one check; a damaged or missing file is a finding, anything else ends the verification. */
  async #guard(file: string, check: () => Promise<void>): Promise<void> {
    this.#run.signal.throwIfAborted();
    try {
      await check();
    } catch (error) {
      if (!isAppError(error, 'pack-damaged', 'pack-missing', 'chunk-missing', 'vault-damaged')) throw error;
      this.#problemCount += 1;
      if (this.#problems.length < maxProblems)
        this.#problems.push({ file, code: error.code, message: error.message });
    }
  }

  #tell(): void {
    this.#progress.tell({ done: this.#packs, total: this.#packsTotal, bytes: this.#packBytes });
  }
}

/** Reads a stream to its end for the checks that reading makes. */
async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  const iterator = stream[Symbol.asyncIterator]();
  while ((await iterator.next()).done !== true);
}

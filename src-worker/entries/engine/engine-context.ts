/**
 * What the engine's procedures work with: the composition root of the worker. Holds the vaults that are open, and
 * nothing that outlives the process.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Catalog } from '../../catalog/catalog.ts';
import { createCompressor } from '../../codec/compress.ts';
import { passwordKeyDefaults } from '../../codec/password-key.ts';
import { loadSodium } from '../../codec/sodium.ts';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { Clock, Random } from '../../../src-shared/model/clock.ts';
import type { GraphServices } from '../../graph/graph-client.ts';
import { defaultCheckpointLimits, type CheckpointLimits } from '../../jobs/backup/recorder.ts';
import { PauseSwitch } from '../../jobs/pause-switch.ts';
import { syncCatalog } from '../../jobs/sync-catalog.ts';
import { takeProcessLock } from '../../stores/process-lock.ts';
import { openLocalDiskStore } from '../../stores/local-disk-store.ts';
import type { SlotContents } from '../../vault/keys/key-slot.ts';
import type { Vault, VaultServices } from '../../vault/vault.ts';
import { derivePasswordKeyInThread } from './threads.ts';

/** How an engine is set up; everything has a default but the folder for catalogs. */
export interface EngineOptions {
  /** Where catalogs are kept: caches, one file a vault. */
  readonly catalogFolderPath: string;
  /** Where the journals of restores to Microsoft 365 are kept: they alone know how to undo those. */
  readonly journalFolderPath: string;
  /** Names this machine in sessions and temporary files: lower-case letters and digits. */
  readonly agent: string;
  readonly productVersion: string;
  readonly clock: Clock;
  readonly random: Random;
  /** None: the codec takes turns with the engine. One fewer than cores unless given. */
  readonly codecThreads?: number;
  readonly accountsAtOnce?: number;
  readonly checkpointLimits?: CheckpointLimits;
  readonly passwordCost?: SlotContents['passwordCost'];
  readonly graph?: Pick<GraphServices, 'retryLimits' | 'throttleLimits' | 'network'>;
}

/** A vault that was unlocked, with its catalog. */
export interface OpenVault {
  readonly vault: Vault;
  readonly catalog: Catalog;
}

const defaultAccountsAtOnce = 16;

export class EngineContext {
  readonly options: EngineOptions;
  readonly passwordCost: SlotContents['passwordCost'];
  readonly accountsAtOnce: number;
  readonly checkpointLimits: CheckpointLimits;
  readonly #vaults = new Map<string, OpenVault>();
  /** Of the runs that write to a vault now, by its handle. */
  readonly #pauseSwitches = new Map<string, PauseSwitch>();

  constructor(options: EngineOptions) {
    this.options = options;
    this.passwordCost = options.passwordCost ?? passwordKeyDefaults;
    this.accountsAtOnce = options.accountsAtOnce ?? defaultAccountsAtOnce;
    this.checkpointLimits = options.checkpointLimits ?? defaultCheckpointLimits;
  }

  get graphServices(): GraphServices {
    const { clock, random, productVersion, graph } = this.options;
    return { clock, random, productVersion, ...graph };
  }

  /** Services for creating or opening the vault at `path`. */
  async vaultServices(path: string): Promise<VaultServices> {
    await loadSodium();
    return {
      store: await openLocalDiskStore(path, { agentName: this.options.agent }),
      compressor: createCompressor(),
      derivePasswordKey: derivePasswordKeyInThread,
    };
  }

  /** Keeps an unlocked vault under a new handle. */
  keep(vault: Vault): string {
    mkdirSync(this.options.catalogFolderPath, { recursive: true, mode: 0o700 });
    const catalog = new Catalog(
      join(this.options.catalogFolderPath, `${vault.id}.db`),
      vault.keys.catalogKey,
    );
    const handle = randomBytes(16).toString('hex');
    this.#vaults.set(handle, { vault, catalog });
    return handle;
  }

  openVault(handle: string): OpenVault {
    const open = this.#vaults.get(handle);
    if (open !== undefined) return open;
    throw new AppError('input-invalid', 'This vault is not open (any more). Open it again.');
  }

  /** The vault with its catalog brought up to date. */
  async syncedVault(handle: string): Promise<OpenVault> {
    const open = this.openVault(handle);
    await syncCatalog(open.vault, open.catalog);
    return open;
  }

  /** Runs `action` as this machine's only writer of a vault; throws `vault-busy` while another process is that. */
  async *asOnlyWriter<P, R>(
    handle: string,
    action: () => AsyncGenerator<P, R, void>,
  ): AsyncGenerator<P, R, void> {
    const { vault } = this.openVault(handle);
    const lock = await takeProcessLock(join(this.options.catalogFolderPath, `${vault.id}.lock`));
    if ('ownerPid' in lock) {
      throw new AppError(
        'vault-busy',
        `Another backup (process ${lock.ownerPid}) is writing to this vault. Nothing was changed; wait for it to end, or stop it, and run again.`,
        { retryable: true, details: { ownerPid: lock.ownerPid } },
      );
    }
    try {
      return yield* action();
    } finally {
      this.#pauseSwitches.delete(handle);
      await lock.release();
    }
  }

  /** A switch for the only writer of a vault, until that has ended. */
  pausable(handle: string): PauseSwitch {
    const pauseSwitch = new PauseSwitch();
    this.#pauseSwitches.set(handle, pauseSwitch);
    return pauseSwitch;
  }

  pauseSwitch(handle: string): PauseSwitch {
    const running = this.#pauseSwitches.get(handle);
    if (running !== undefined) return running;
    throw new AppError(
      'input-invalid',
      'No backup into this vault is running here, so there is nothing to pause. What was saved so far stays saved.',
    );
  }

  close(handle: string): void {
    this.#vaults.get(handle)?.catalog.close();
    this.#vaults.delete(handle);
  }

  closeAll(): void {
    for (const handle of [...this.#vaults.keys()]) this.close(handle);
  }
}

/**
 * What one run of the command line works with. Opens what a command needs when it needs it: the engine, the records,
 * the secrets. Reads options and environment; knows no command.
 */
import type { Engine, EngineClient } from '../../src-worker/entries/engine.ts';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import {
  locateDataFolder,
  makeDataFolder,
  unusableDataFolder,
  type DataFolder,
} from '../records/data-folder.ts';
import type { RecordStore } from '../records/record-store.ts';
import { SealedFileStore } from '../secrets/sealed-file-store.ts';
import { requireSecret } from './secret-input.ts';
import type { Terminal } from './terminal.ts';

/** Options that every command takes. */
export interface SharedOptions {
  readonly json?: boolean;
  readonly passphraseFile?: string;
  readonly passwordFile?: string;
}

/** The least that the vault format allows; for tests and demonstrations, where a password guards nothing. */
const leastPasswordCost = { opsLimit: 2, memLimitBytes: 64 * 1024 * 1024 };

export const productVersion = '0.1.0';

export class Session {
  readonly terminal: Terminal;
  readonly options: SharedOptions;
  /** Aborts when the person asks to stop. */
  readonly signal: AbortSignal;
  readonly #folder: DataFolder;
  #records: Promise<RecordStore> | undefined;
  #engine: Promise<Engine> | undefined;
  #secrets: SealedFileStore | undefined;

  constructor(terminal: Terminal, options: SharedOptions, signal: AbortSignal) {
    this.terminal = terminal;
    this.options = options;
    this.signal = signal;
    this.#folder = locateDataFolder(terminal.env, terminal.platform);
  }

  get isJson(): boolean {
    return this.options.json === true;
  }

  /** Says something beside the answer: on standard error, and not to a script. */
  say(text: string): void {
    if (!this.isJson) this.terminal.errors.write(`${text}\n`);
  }

  records(): Promise<RecordStore> {
    this.#records ??= this.#openRecords();
    return this.#records;
  }

  async engine(): Promise<EngineClient> {
    this.#engine ??= this.#startEngine();
    return (await this.#engine).client;
  }

  get secrets(): SealedFileStore {
    this.#secrets ??= new SealedFileStore(this.#folder.secretsPath, {
      seal: async (input) => (await this.engine()).secrets.seal(input),
      open: async (input) => (await this.engine()).secrets.open(input),
      passphrase: (isNew) =>
        requireSecret(this.terminal, {
          label: 'passphrase of the stored secrets',
          envName: 'HOLDFAST_PASSPHRASE',
          filePath: this.options.passphraseFile,
          fileOption: '--passphrase-file',
          isNew,
        }),
    });
    return this.#secrets;
  }

  /** Locks the vaults and closes the records. */
  async close(): Promise<void> {
    const [engine, records] = await Promise.all([
      this.#engine?.catch(() => undefined),
      this.#records?.catch(() => undefined),
    ]);
    engine?.close();
    records?.close();
  }

  async #openRecords(): Promise<RecordStore> {
    const { RecordStore } = await import('../records/record-store.ts');
    makeDataFolder(this.#folder);
    try {
      return new RecordStore(this.#folder.recordsPath);
    } catch (error) {
      throw isAppError(error) ? error : unusableDataFolder(this.#folder, error);
    }
  }

  async #startEngine(): Promise<Engine> {
    const { startEngine } = await import('../../src-worker/entries/engine.ts');
    const { agent } = await this.records();
    const isCheap = this.terminal.env['HOLDFAST_PASSWORD_COST'] === 'least';
    return startEngine({
      catalogFolderPath: this.#folder.catalogsPath,
      journalFolderPath: this.#folder.journalsPath,
      agent,
      productVersion,
      clock: this.terminal.clock,
      random: Math.random,
      ...(isCheap ? { passwordCost: leastPasswordCost } : {}),
    });
  }
}

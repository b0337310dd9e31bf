/**
 * Secrets in one file that a passphrase seals. The sealing is the engine's; this keeps the file: for its owner only,
 * replaced as a whole, and never written before the old content was opened with the same passphrase.
 */
import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { SecretStore } from './secret-store.ts';

type Secrets = Readonly<Record<string, string>>;

/** Seals and opens, and asks for the passphrase. */
export interface Sealing {
  seal(input: { passphrase: string; secrets: Secrets }): Promise<{ sealed: string }>;
  open(input: { passphrase: string; sealed: string }): Promise<{ secrets: Secrets }>;
  /** `isNew` when there is no file yet, so that a typed passphrase is asked for twice. */
  passphrase(isNew: boolean): Promise<string>;
}

/** What the file held when it was opened, undefined for no file. */
interface OpenedSecrets {
  readonly passphrase: string;
  readonly sealed: string | undefined;
  readonly secrets: Secrets;
}

export class SealedFileStore implements SecretStore {
  readonly #path: string;
  readonly #sealing: Sealing;
  #opened: Promise<OpenedSecrets> | undefined;

  constructor(path: string, sealing: Sealing) {
    this.#path = path;
    this.#sealing = sealing;
  }

  async get(name: string): Promise<string | undefined> {
    // Without a file there is nothing to find, so nobody is asked for a passphrase.
    if ((await this.#read()) === undefined) return undefined;
    return (await this.#open()).secrets[name];
  }

  async set(name: string, value: string): Promise<void> {
    await this.#change((secrets) => ({ ...secrets, [name]: value }));
  }

  async delete(name: string): Promise<void> {
    if ((await this.get(name)) === undefined) return;
    await this.#change((secrets) =>
      Object.fromEntries(Object.entries(secrets).filter(([other]) => other !== name)),
    );
  }

  /** Asks for the passphrase and checks it, so that nothing else is begun that could not be remembered. */
  async unlock(): Promise<void> {
    await this.#open();
  }

  /** Changes what the file holds now: another process may have stored a secret since it was opened. */
  async #change(edit: (secrets: Secrets) => Secrets): Promise<void> {
    const opened = await this.#open();
    const current = await this.#read();
    const { passphrase } = opened;
    const { secrets } = current === opened.sealed ? opened : await this.#unseal(passphrase, current);
    const changed = edit(secrets);
    const { sealed } = await this.#sealing.seal({ passphrase, secrets: changed });
    await this.#replace(sealed);
    this.#opened = Promise.resolve({ passphrase, sealed, secrets: changed });
  }

  #open(): Promise<OpenedSecrets> {
    this.#opened ??= this.#read().then(async (sealed) =>
      this.#unseal(await this.#sealing.passphrase(sealed === undefined), sealed),
    );
    return this.#opened;
  }

  async #unseal(passphrase: string, sealed: string | undefined): Promise<OpenedSecrets> {
    const { secrets } =
      sealed === undefined ? { secrets: {} } : await this.#sealing.open({ passphrase, sealed });
    return { passphrase, sealed, secrets };
  }

  async #read(): Promise<string | undefined> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw this.#fileError(error, 'read');
    }
  }

  async #replace(sealed: string): Promise<void> {
    const temporaryPath = join(dirname(this.#path), `.secrets-${randomBytes(6).toString('hex')}.tmp`);
    try {
      const file = await open(temporaryPath, 'wx', 0o600);
      try {
        await file.writeFile(sealed);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporaryPath, this.#path);
    } catch (error) {
      await unlink(temporaryPath).catch(() => undefined);
      throw this.#fileError(error, 'write');
    }
  }

  #fileError(cause: unknown, verb: 'read' | 'write'): AppError {
    const errno = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    return new AppError(
      'secret-store-locked',
      `Holdfast cannot ${verb} the stored secrets at ${this.#path} (${errno}). What was stored before is as it was; check the folder's permissions.`,
      { cause, details: { errno } },
    );
  }
}

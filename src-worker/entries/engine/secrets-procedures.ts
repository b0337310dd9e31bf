/**
 * Serves the secrets noun of the contract: Argon2id and XChaCha20-Poly1305 around a small JSON text. A new salt and a
 * new nonce at every sealing; the key's parameters are bound, so that nobody can make guessing cheap.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { openWithNonce, sealWithNonce } from '../../codec/aead.ts';
import { passwordKeyFloor } from '../../codec/password-key.ts';
import { loadSodium } from '../../codec/sodium.ts';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import type { EngineContext } from './engine-context.ts';
import type { Implementer } from './implementer.ts';
import { derivePasswordKeyInThread } from './threads.ts';

const longestMemoryBytes = 4 * 1024 ** 3;

const sealedSchema = z.object({
  v: z.literal(1),
  kdf: z.object({
    name: z.literal('argon2id13'),
    opsLimit: z.number().int().min(passwordKeyFloor.opsLimit).max(64),
    memLimitBytes: z.number().int().min(passwordKeyFloor.memLimitBytes).max(longestMemoryBytes),
    salt: z.base64().length(24),
  }),
  nonce: z.base64().length(32),
  box: z.base64(),
});
type KeyDerivation = z.infer<typeof sealedSchema>['kdf'];
type Secrets = Record<string, string>;

export function secretsProcedures(os: Implementer, engine: EngineContext) {
  return os.secrets.router({
    seal: os.secrets.seal.handler(async ({ input }) => {
      const kdf = { name: 'argon2id13' as const, ...engine.passwordCost, salt: encode(randomBytes(16)) };
      return { sealed: await sealSecrets(input.passphrase, kdf, input.secrets) };
    }),
    open: os.secrets.open.handler(async ({ input }) => ({
      secrets: await openSecrets(input.passphrase, input.sealed),
    })),
  });
}

async function sealSecrets(passphrase: string, kdf: KeyDerivation, secrets: Secrets): Promise<string> {
  await loadSodium();
  const nonce = new Uint8Array(randomBytes(24));
  const plaintext = new TextEncoder().encode(JSON.stringify(secrets));
  const box = sealWithNonce(plaintext, { key: await keyOf(passphrase, kdf), nonce, aad: boundTo(kdf) });
  return `${JSON.stringify({ v: 1, kdf, nonce: encode(nonce), box: encode(box) }, null, 2)}\n`;
}

async function openSecrets(passphrase: string, sealed: string): Promise<Secrets> {
  await loadSodium();
  const file = sealedSchema.safeParse(parseJson(sealed));
  if (!file.success) {
    throw new AppError(
      'secret-store-locked',
      'The file of stored secrets is damaged or was altered. The vaults are not touched by this; put the file back from a copy, or remove it and enter the secrets again.',
    );
  }
  const { kdf, nonce, box } = file.data;
  const key = await keyOf(passphrase, kdf);
  try {
    const plaintext = openWithNonce(decode(box), { key, nonce: decode(nonce), aad: boundTo(kdf) });
    return z.record(z.string(), z.string()).parse(JSON.parse(new TextDecoder().decode(plaintext)));
  } catch (error) {
    if (!isAppError(error, 'pack-damaged')) throw error;
    throw new AppError(
      'secret-store-locked',
      'This passphrase does not open the stored secrets. Nothing was changed; try again with the passphrase that they were sealed with.',
      { cause: error },
    );
  }
}

function keyOf(passphrase: string, { opsLimit, memLimitBytes, salt }: KeyDerivation): Promise<Uint8Array> {
  return derivePasswordKeyInThread(passphrase, { opsLimit, memLimitBytes, salt: decode(salt) });
}

function boundTo({ name, opsLimit, memLimitBytes, salt }: KeyDerivation): Uint8Array {
  return new TextEncoder().encode(['holdfast v1 secrets', name, opsLimit, memLimitBytes, salt].join(' '));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function decode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

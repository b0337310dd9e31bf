/**
 * A small text sealed with a passphrase: Argon2id and XChaCha20-Poly1305. A new salt and a new nonce at every sealing;
 * the purpose and the key's parameters are bound, so that nobody can pass one kind of text off as another or make
 * guessing cheap.
 */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { openWithNonce, sealWithNonce } from '../../codec/aead.ts';
import { passwordKeyFloor } from '../../codec/password-key.ts';
import { loadSodium } from '../../codec/sodium.ts';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { derivePasswordKeyInThread } from './threads.ts';

const longestMemoryBytes = 4 * 1024 ** 3;

/** A sealed text, as JSON. */
export const sealedTextSchema = z.object({
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
export type SealedText = z.infer<typeof sealedTextSchema>;
type KeyDerivation = SealedText['kdf'];

/** What a text is sealed for and with. */
export interface Seal {
  readonly purpose: 'secrets' | 'settings';
  readonly passphrase: string;
}

/** What guessing a passphrase costs. */
export type PassphraseCost = Pick<KeyDerivation, 'opsLimit' | 'memLimitBytes'>;

export async function sealText(text: string, seal: Seal, cost: PassphraseCost): Promise<SealedText> {
  await loadSodium();
  const { opsLimit, memLimitBytes } = cost;
  const kdf = { name: 'argon2id13' as const, opsLimit, memLimitBytes, salt: encode(randomBytes(16)) };
  const nonce = new Uint8Array(randomBytes(24));
  const key = await keyOf(seal.passphrase, kdf);
  const box = sealWithNonce(new TextEncoder().encode(text), { key, nonce, aad: boundTo(seal, kdf) });
  return { v: 1, kdf, nonce: encode(nonce), box: encode(box) };
}

/** The text, or undefined for another passphrase and for what was altered. */
export async function openSealedText(sealed: SealedText, seal: Seal): Promise<string | undefined> {
  await loadSodium();
  const { kdf, nonce, box } = sealed;
  const key = await keyOf(seal.passphrase, kdf);
  try {
    const plaintext = openWithNonce(decode(box), { key, nonce: decode(nonce), aad: boundTo(seal, kdf) });
    return new TextDecoder().decode(plaintext);
  } catch (error) {
    if (isAppError(error, 'pack-damaged')) return undefined;
    throw error;
  }
}

function keyOf(passphrase: string, { opsLimit, memLimitBytes, salt }: KeyDerivation): Promise<Uint8Array> {
  return derivePasswordKeyInThread(passphrase, { opsLimit, memLimitBytes, salt: decode(salt) });
}

function boundTo({ purpose }: Seal, { name, opsLimit, memLimitBytes, salt }: KeyDerivation): Uint8Array {
  return new TextEncoder().encode([`holdfast v1 ${purpose}`, name, opsLimit, memLimitBytes, salt].join(' '));
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function decode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

import { argon2Sync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  derivePasswordKey,
  passwordKeyDefaults,
  passwordKeyFloor,
} from '../../../src-worker/codec/password-key.ts';
import { loadSodium } from '../../../src-worker/codec/sodium.ts';

const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');
const salt = Buffer.from('ABCDEFGHIJKLMNOP');
const floor = { salt, ...passwordKeyFloor };

/**
 * RFC 9106 prints one Argon2id vector, with four lanes, a secret and associated data, none of which libsodium can
 * express. So the chain has two links: Node's own Argon2 gives the RFC's vector, and libsodium gives what Node gives.
 */
describe('Argon2id', () => {
  test('of Node gives the vector of RFC 9106 section 5.3', () => {
    const tag = argon2Sync('argon2id', {
      message: Buffer.alloc(32, 1),
      nonce: Buffer.alloc(16, 2),
      secret: Buffer.alloc(8, 3),
      associatedData: Buffer.alloc(12, 4),
      parallelism: 4,
      tagLength: 32,
      memory: 32,
      passes: 3,
    });
    expect(hex(tag)).toBe('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659');
  });

  test('of ours gives what Node gives at the floor', async () => {
    const expected = argon2Sync('argon2id', {
      message: Buffer.from('correct horse'),
      nonce: salt,
      parallelism: 1,
      tagLength: 32,
      memory: passwordKeyFloor.memLimitBytes / 1024,
      passes: passwordKeyFloor.opsLimit,
    });
    expect(hex(await derivePasswordKey('correct horse', floor))).toBe(hex(expected));
  });

  test('of libsodium gives the reference program’s answer for 8 MiB and two passes', async () => {
    const { api } = await loadSodium();
    const key = api.crypto_pwhash(32, '123', salt, 2, 8 * 1024 * 1024, api.crypto_pwhash_ALG_ARGON2ID13);
    expect(hex(key)).toBe('3ee950488d26ce691657b1d753f562139857b61a58f234d6cb0ce84c4cc27328');
  });
});

describe('derivePasswordKey', () => {
  test('takes the same characters, composed or not, for the same password', async () => {
    const composed = await derivePasswordKey('Zürich', floor);
    expect(hex(await derivePasswordKey('Zu\u0308rich', floor))).toBe(hex(composed));
    expect(hex(await derivePasswordKey('Zurich', floor))).not.toBe(hex(composed));
  });

  test.each([
    ['fewer passes', { ...floor, opsLimit: passwordKeyFloor.opsLimit - 1 }],
    ['less memory', { ...floor, memLimitBytes: passwordKeyFloor.memLimitBytes - 1024 }],
  ])('refuses %s than the floor', async (_, parameters) => {
    await expect(derivePasswordKey('x', parameters)).rejects.toMatchObject({ code: 'vault-key-downgraded' });
  });

  test('refuses a salt of another length', async () => {
    await expect(derivePasswordKey('x', { ...floor, salt: new Uint8Array(8) })).rejects.toThrow(RangeError);
  });

  test('has defaults above its floor', () => {
    expect(passwordKeyDefaults.opsLimit).toBeGreaterThanOrEqual(passwordKeyFloor.opsLimit);
    expect(passwordKeyDefaults.memLimitBytes).toBeGreaterThan(passwordKeyFloor.memLimitBytes);
  });
});

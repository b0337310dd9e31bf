import { beforeAll, describe, expect, test } from 'vitest';
import { createKeyedHash } from '../../../src-worker/codec/hash.ts';
import { loadSodium } from '../../../src-worker/codec/sodium.ts';
import { createEpoch, openEpoch } from '../../../src-worker/vault/keys/key-ring.ts';
import {
  createKeySlot,
  keySlotSchema,
  openKeySlot,
  type DerivePasswordKey,
  type KeySlot,
  type KeySource,
} from '../../../src-worker/vault/keys/key-slot.ts';
import { decodeVaultFile, encodeVaultFile } from '../../../src-worker/vault/vault-file.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';

beforeAll(() => loadSodium());

/** A key from password, salt and cost at once: what Argon2id does slowly, and is tested elsewhere. */
const derivePasswordKey: DerivePasswordKey = (password, { salt, opsLimit, memLimitBytes }) =>
  Promise.resolve(
    createKeyedHash(pseudoRandomBytes(32, 4)).hash(
      Buffer.concat([Buffer.from(`${password} ${opsLimit} ${memLimitBytes} `), salt]),
    ),
  );

const rootKey = pseudoRandomBytes(32, 1);
const vaultId = pseudoRandomBytes(16, 2);
const vaultFile = encodeVaultFile(vaultId);
const passwordCost = { opsLimit: 2, memLimitBytes: 64 * 1024 * 1024 };
const contents = { rootKey, vaultFile, derivePasswordKey, passwordCost };
const password: KeySource = { kind: 'password', password: 'right' };
const recovery: KeySource = { kind: 'recovery', recoveryKey: pseudoRandomBytes(32, 3) };

/** The same slot with one field changed, as somebody with write access to the folder could. */
function altered(slot: KeySlot, field: 'nonce' | 'box' | 'commit'): KeySlot {
  const bytes = Buffer.from(slot[field], 'base64');
  bytes[0]! ^= 1;
  return { ...slot, [field]: bytes.toString('base64') };
}

describe('a key slot', () => {
  test.each([password, recovery])('gives the root key to its $kind, also after JSON', async (source) => {
    const slot = await createKeySlot(source, contents);
    const read = keySlotSchema.parse(JSON.parse(JSON.stringify(slot)));
    expect(await openKeySlot(read, source, contents)).toEqual(rootKey);
  });

  test('does not fit another password, another recovery key or another kind of key', async () => {
    const [byPassword, byRecovery] = [
      await createKeySlot(password, contents),
      await createKeySlot(recovery, contents),
    ];
    const wrong: KeySource = { kind: 'recovery', recoveryKey: pseudoRandomBytes(32, 8) };
    expect(await openKeySlot(byPassword, { kind: 'password', password: 'wrong' }, contents)).toBeUndefined();
    expect(await openKeySlot(byRecovery, wrong, contents)).toBeUndefined();
    expect(await openKeySlot(byRecovery, password, contents)).toBeUndefined();
  });

  test.each(['nonce', 'box'] as const)('with an altered %s is damaged', async (field) => {
    const slot = altered(await createKeySlot(recovery, contents), field);
    await expect(openKeySlot(slot, recovery, contents)).rejects.toMatchObject({ code: 'vault-damaged' });
  });

  test('with an altered commitment does not fit', async () => {
    const slot = altered(await createKeySlot(recovery, contents), 'commit');
    expect(await openKeySlot(slot, recovery, contents)).toBeUndefined();
  });

  test('opens only beside the vault.json that it was made for', async () => {
    const slot = await createKeySlot(recovery, contents);
    const other = { ...contents, vaultFile: encodeVaultFile(pseudoRandomBytes(16, 5)) };
    await expect(openKeySlot(slot, recovery, other)).rejects.toMatchObject({ code: 'vault-damaged' });
  });

  test.each([{ opsLimit: 1 }, { memLimitBytes: 8 * 1024 * 1024 }])(
    'that asks for a cheaper derivation is refused before the password is used: %o',
    async (cheap) => {
      const slot = await createKeySlot(password, contents);
      if (slot.kind !== 'password') throw new Error('not a password slot');
      const derive: DerivePasswordKey = () => Promise.reject(new Error('the password was used'));
      const opening = openKeySlot({ ...slot, kdf: { ...slot.kdf, ...cheap } }, password, {
        ...contents,
        derivePasswordKey: derive,
      });
      await expect(opening).rejects.toMatchObject({ code: 'vault-key-downgraded' });
    },
  );
});

describe('a data key of the key ring', () => {
  test('opens for its vault and epoch only', () => {
    const wrapped = createEpoch(rootKey, vaultId, 1);
    expect(openEpoch(rootKey, vaultId, wrapped)).toHaveLength(32);
    expect(() => openEpoch(rootKey, vaultId, { ...wrapped, epoch: 2 })).toThrow();
    expect(() => openEpoch(rootKey, pseudoRandomBytes(16, 9), wrapped)).toThrow();
    expect(() => openEpoch(pseudoRandomBytes(32, 9), vaultId, wrapped)).toThrow();
  });
});

describe('vault.json', () => {
  const edited = (change: object): Uint8Array =>
    Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(vaultFile).toString()), ...change }));

  test('names the vault', () => {
    expect(decodeVaultFile(vaultFile, 'here').vaultId).toBe(Buffer.from(vaultId).toString('hex'));
  });

  test.each([
    ['a newer format', { format: 2 }],
    ['a newer format of another shape', { format: 3, suite: 9, vaultId: 5 }],
    ['an unknown feature to read', { features: { read: ['x'], write: [], maintain: [] } }],
    ['an unknown feature to write', { features: { read: [], write: ['x'], maintain: [] } }],
  ])('with %s asks for a newer Holdfast', (_what, change) => {
    expect(() => decodeVaultFile(edited(change), 'here')).toThrow(
      expect.objectContaining({ code: 'vault-format-newer' }),
    );
  });

  test.each([
    ['no JSON', Buffer.from('{')],
    ['nothing', Buffer.from('')],
    ['another magic', edited({ magic: 'restic' })],
    ['no vault id', edited({ vaultId: 'xyz' })],
    ['an unknown cipher suite', edited({ suite: 2 })],
  ])('with %s is damaged', (_what, bytes) => {
    expect(() => decodeVaultFile(bytes, 'here')).toThrow(expect.objectContaining({ code: 'vault-damaged' }));
  });
});

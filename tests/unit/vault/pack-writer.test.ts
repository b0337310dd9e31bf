import { beforeAll, expect, test } from 'vitest';
import { fileClass, packBytes, packName } from '../../../src-worker/vault/format/layout.ts';
import { decodePackFooter, footerFrames } from '../../../src-worker/vault/format/pack-footer.ts';
import { checkPack } from '../../../src-worker/vault/objects/check-pack.ts';
import { PackWriter, type FinishedPack } from '../../../src-worker/vault/objects/pack-writer.ts';
import type { Vault } from '../../../src-worker/vault/vault.ts';
import { createChunkHash } from '../../../src-worker/codec/hash.ts';
import { bareVault } from '../../support/bare-vault.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await bareVault();
});

/** Packs with one incompressible chunk a frame, of sizes that do not divide a pack. */
function writePacks(totalBytes: number): FinishedPack[] {
  const packs: FinishedPack[] = [];
  const writer = new PackWriter(vault.keys.writeContext(fileClass.dataPack), (pack) => packs.push(pack));
  const hash = createChunkHash(vault.keys.writerKeys.idKey);
  const source = pseudoRandomBytes(1 << 20, 9);
  for (let written = 0, index = 0; written < totalBytes; index += 1) {
    const chunk = source.slice(index, index + 200_000 + ((index * 7919) % 300_000));
    const stored = new Uint8Array(4 + chunk.length);
    new DataView(stored.buffer).setUint32(0, chunk.length, true);
    stored.set(chunk, 4);
    const chunks = [{ id: hash.hash(chunk), offsetBytes: 4, lengthBytes: chunk.length }];
    writer.append({ flags: 0, stored, rawBytes: stored.length, chunks });
    written += chunk.length;
  }
  writer.flush();
  return packs;
}

test('a full pack has exactly 16 MiB, the last ones are smaller, and each opens', async () => {
  const packs = writePacks(72 * 1024 * 1024);
  const full = packs.filter(({ sizeBytes }) => sizeBytes === packBytes);
  expect(full.length).toBeGreaterThanOrEqual(2);
  // Three packs are open at a time, so at most three end before they are full.
  expect(packs.length - full.length).toBeLessThanOrEqual(3);
  for (const pack of packs) {
    expect(pack.sizeBytes).toBeLessThanOrEqual(packBytes);
    expect(pack.bytes).toHaveLength(pack.sizeBytes);
    const name = packName(pack.name);
    await vault.store.createIfAbsent(name, pack.bytes);
    expect(await checkPack(vault, name)).toBe([...footerFrames(decodePackFooter(pack.directory))].length);
    await vault.store.remove(name);
  }
});

test('no nonce repeats: every pack has its own salt, and frames of a pack are numbered through', () => {
  const packs = Array.from({ length: 40 }, () => writePacks(1)).flat();
  const salts = new Set(packs.map(({ salt }) => Buffer.from(salt).toString('hex')));
  expect(salts.size).toBe(packs.length);
  const [large] = writePacks(4 * 1024 * 1024);
  const offsets = decodePackFooter(large!.directory).o;
  expect(offsets.length).toBeGreaterThan(5);
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
});

test('a session that stores little keeps to one pack', () => {
  expect(writePacks(6 * 1024 * 1024)).toHaveLength(1);
});

test('a pack of very small chunks is closed before its directory outgrows a frame', async () => {
  const packs: FinishedPack[] = [];
  const writer = new PackWriter(vault.keys.writeContext(fileClass.dataPack), (pack) => packs.push(pack));
  const hash = createChunkHash(vault.keys.writerKeys.idKey);
  const chunksPerFrame = 4096;
  for (let frame = 0; frame < 40; frame += 1) {
    const stored = new Uint8Array(chunksPerFrame * 8);
    const view = new DataView(stored.buffer);
    const chunks = Array.from({ length: chunksPerFrame }, (_, index) => {
      const offsetBytes = chunksPerFrame * 4 + index * 4;
      view.setUint32(index * 4, 4, true);
      view.setUint32(offsetBytes, frame * chunksPerFrame + index, true);
      return { id: hash.hash(stored.subarray(offsetBytes, offsetBytes + 4)), offsetBytes, lengthBytes: 4 };
    });
    writer.append({ flags: 0, stored, rawBytes: stored.length, chunks });
  }
  writer.flush();
  expect(packs.length).toBeGreaterThan(1);
  let chunks = 0;
  for (const pack of packs) {
    await vault.store.createIfAbsent(packName(pack.name), pack.bytes);
    chunks += await checkPack(vault, packName(pack.name));
    await vault.store.remove(packName(pack.name));
  }
  expect(chunks).toBe(40 * chunksPerFrame);
});

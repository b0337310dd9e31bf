import { beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../../src-worker/codec/hash.ts';
import { fileClass, frameType, trailerBytes } from '../../../src-worker/vault/format/layout.ts';
import type { SealContext } from '../../../src-worker/vault/format/seal.ts';
import {
  openFooter,
  readFrames,
  type OpenedFrame,
} from '../../../src-worker/vault/format/sealed-file-reader.ts';
import { SealedFileWriter } from '../../../src-worker/vault/format/sealed-file-writer.ts';
import type { Vault } from '../../../src-worker/vault/vault.ts';
import { bareVault } from '../../support/bare-vault.ts';

let vault: Vault;
beforeAll(async () => {
  vault = await bareVault();
});

const first = new TextEncoder().encode('the first record');
const second = new TextEncoder().encode('the second record, a little longer');

function writeFile(context: SealContext): Uint8Array<ArrayBuffer> {
  const file = new SealedFileWriter(context, new Uint8Array(64));
  for (const payload of [first, second]) {
    const rawBytes = payload.length;
    file.append({ type: frameType.record, flags: 0, count: 1, stored: payload, rawBytes });
  }
  return file.finish(new Uint8Array([1, 2, 3]));
}

/** Everything that a reader checks of a file: each frame in turn, and the footer as its trailer finds it. */
function readFile(context: SealContext, file: Uint8Array): OpenedFrame[] {
  const { decompress } = vault.compressor;
  const frames = [...readFrames(context, file, decompress)];
  const footer = openFooter(context, file, decompress);
  if (footer.offsetBytes !== frames.at(-1)!.offsetBytes) throw new Error('two footers');
  return frames;
}

describe('a sealed file', () => {
  test('is read as it was written', () => {
    const context = vault.keys.writeContext(fileClass.segment);
    const frames = readFile(context, writeFile(context));
    expect(frames.map(({ type, raw }) => [type, Buffer.from(raw).toString()])).toEqual([
      [frameType.record, 'the first record'],
      [frameType.record, 'the second record, a little longer'],
      [frameType.footer, '\u0001\u0002\u0003'],
    ]);
  });

  test('is refused with any single bit flipped, but for padding, which its hash covers', () => {
    const context = vault.keys.writeContext(fileClass.segment);
    const file = writeFile(context);
    const last = readFile(context, file).at(-1)!;
    const paddingStart = last.offsetBytes + 40 + last.storedBytes + 16;
    const paddingEnd = file.length - trailerBytes;
    const accepted: number[] = [];
    for (let bit = 0; bit < file.length * 8; bit += 1) {
      const flipped = file.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const isPadding = bit >> 3 >= paddingStart && bit >> 3 < paddingEnd;
      if (isPadding) expect(Buffer.from(sha256(flipped)).equals(sha256(file))).toBe(false);
      else if (isReadable(context, flipped)) accepted.push(bit);
    }
    expect(accepted).toEqual([]);
  });

  test('is refused where it is cut off', () => {
    const context = vault.keys.writeContext(fileClass.segment);
    const file = writeFile(context);
    for (let length = 0; length < file.length; length += 1)
      expect(isReadable(context, file.subarray(0, length)), `${length} bytes`).toBe(false);
  });

  test('is refused as a file of another class, of another epoch and of another vault', () => {
    const file = writeFile(vault.keys.writeContext(fileClass.segment));
    const context = vault.keys.writeContext(fileClass.segment);
    const others: SealContext[] = [
      vault.keys.writeContext(fileClass.commit),
      { ...context, epoch: 2 },
      { ...context, vaultId: new Uint8Array(16) },
      { ...context, classKey: new Uint8Array(32) },
    ];
    for (const other of others) expect(isReadable(other, file)).toBe(false);
  });

  test('is refused with two frames changed about', () => {
    const context = vault.keys.writeContext(fileClass.segment);
    const file = new SealedFileWriter(context, new Uint8Array(64));
    for (const stored of [first, first.toReversed()])
      file.append({ type: frameType.record, flags: 0, count: 1, stored, rawBytes: stored.length });
    const bytes = file.finish(new Uint8Array(0));
    const frameBytes = 40 + first.length + 16;
    const swapped = bytes.slice();
    swapped.set(bytes.subarray(64 + frameBytes, 64 + 2 * frameBytes), 64);
    swapped.set(bytes.subarray(64, 64 + frameBytes), 64 + frameBytes);
    expect(isReadable(context, bytes)).toBe(true);
    expect(isReadable(context, swapped)).toBe(false);
  });
});

/** False where the reader says that the file is damaged or newer; anything else it throws is a fault of ours. */
function isReadable(context: SealContext, file: Uint8Array): boolean {
  try {
    readFile(context, file);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ name: 'AppError' });
    return false;
  }
}

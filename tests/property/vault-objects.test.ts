/** Whatever is written, for whomever and in whichever order, comes back as it was. */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { contentKind, type ChunkPlace, type ContentRef } from '../../src-shared/model/rows.ts';
import { fileClass, packName } from '../../src-worker/vault/format/layout.ts';
import { decodePackFooter, footerFrames } from '../../src-worker/vault/format/pack-footer.ts';
import { createDedupFilterMemory, DedupFilter } from '../../src-worker/vault/index/dedup-filter.ts';
import { checkPack } from '../../src-worker/vault/objects/check-pack.ts';
import { ObjectReader } from '../../src-worker/vault/objects/object-reader.ts';
import { ObjectWriter } from '../../src-worker/vault/objects/object-writer.ts';
import { encodePartsList } from '../../src-worker/vault/objects/parts-list.ts';
import { PackWriter, type FinishedPack } from '../../src-worker/vault/objects/pack-writer.ts';
import type { Vault } from '../../src-worker/vault/vault.ts';
import { bareVault } from '../support/bare-vault.ts';
import { pseudoRandomBytes } from '../support/pseudo-random.ts';

/** One step of a writer. Equal seeds and sizes are equal content. */
interface Step {
  readonly seed: number;
  readonly sizeBytes: number;
  readonly isText: boolean;
  readonly isMime: boolean;
  readonly affinity: string;
  readonly flushesBefore: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  seed: fc.nat(4),
  sizeBytes: fc.oneof(
    { weight: 8, arbitrary: fc.nat(20_000) },
    { weight: 3, arbitrary: fc.constantFrom(0, 1, 16_383, 16_384, 65_535, 65_536, 65_537) },
    { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 900_000 }) },
  ),
  isText: fc.boolean(),
  isMime: fc.boolean(),
  affinity: fc.constantFrom('anna', 'bert', 'carla'),
  flushesBefore: fc.nat(9).map((number) => number === 0),
});

let vault: Vault;
beforeAll(async () => {
  vault = await bareVault();
});

function contentOf({ seed, sizeBytes, isText, isMime }: Step): Uint8Array {
  const random = pseudoRandomBytes(sizeBytes, seed + 1);
  if (isMime) return mimeWith(random);
  return isText ? random.map((byte) => 97 + (byte % 4)) : random;
}

function mimeWith(attachment: Uint8Array): Uint8Array {
  const lines = Buffer.from(attachment)
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  const head = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  return new TextEncoder().encode(`${head}${lines}\r\n`);
}

interface Written {
  readonly contents: ContentRef[];
  /** An item that consists of all of them. */
  readonly whole: ContentRef;
  readonly packs: FinishedPack[];
}

async function writeAll(steps: readonly Step[]): Promise<Written> {
  const packs: FinishedPack[] = [];
  const { idKey, chunkKey } = vault.keys.writerKeys;
  const writer = new ObjectWriter({
    idKey,
    chunkKey,
    filter: new DedupFilter(createDedupFilterMemory()),
    compressor: vault.compressor,
    packs: new PackWriter(vault.keys.writeContext(fileClass.dataPack), (pack) => packs.push(pack)),
  });
  const contents = steps.map((each) => {
    if (each.flushesBefore) writer.flush();
    return each.isMime
      ? writer.writeMime(contentOf(each), each.affinity)
      : writer.writeBytes(contentOf(each), each.affinity);
  });
  const parts = contents.map((content, index) => ({
    name: `part ${index}`,
    mediaType: 'text/plain',
    content,
  }));
  const list = writer.writeBytes(encodePartsList(parts), 'anna');
  const whole: ContentRef = [contentKind.parts, contents.reduce((sum, [, size]) => sum + size, 0), list[2]];
  writer.flush();
  for (const pack of packs) await vault.store.createIfAbsent(packName(pack.name), pack.bytes);
  return { contents, whole, packs };
}

/** Where each chunk lies, from the directories; throws for a chunk that lies twice. */
function indexOf(packs: readonly FinishedPack[]): Map<string, ChunkPlace> {
  const places = new Map<string, ChunkPlace>();
  const frames = packs.flatMap((pack) =>
    [...footerFrames(decodePackFooter(pack.directory))].map((frame) => ({ pack, ...frame })),
  );
  for (const { pack, sequence, offsetBytes, storedBytes, chunks } of frames) {
    const frame = { pack, sequence, frameOffsetBytes: offsetBytes, frameStoredBytes: storedBytes };
    for (const { id, ...place } of chunks) {
      const key = Buffer.from(id).toString('hex');
      if (places.has(key)) throw new Error('a chunk was stored twice');
      places.set(key, { ...frame, ...place });
    }
  }
  return places;
}

async function read(reader: ObjectReader, content: ContentRef): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of reader.readContent(content)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('any sequence of objects comes back identical, stored once, from packs that check', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { contents, whole, packs } = await writeAll(steps);
      const places = indexOf(packs);
      const locateChunk = (id: Uint8Array): ChunkPlace | undefined =>
        places.get(Buffer.from(id).toString('hex'));
      const reader = new ObjectReader(vault, { locateChunk });
      const parts = (await reader.readParts(whole)) ?? [];
      expect(parts.map(({ name }) => name)).toEqual(contents.map((_, index) => `part ${index}`));
      expect(parts.map(({ content }) => content)).toEqual(contents);
      for (const [index, content] of contents.entries()) {
        expect((await read(reader, content)).equals(contentOf(steps[index]!))).toBe(true);
        await reader.checkContent(content);
      }
      expect((await read(reader, whole)).equals(contentOf(steps[0]!))).toBe(true);
      await reader.checkContent(whole);
      for (const { name } of packs) {
        await checkPack(vault, packName(name));
        await vault.store.remove(packName(name));
      }
    }),
    { numRuns: 40 },
  );
});

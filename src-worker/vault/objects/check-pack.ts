/** Reads one pack completely: its name, its directory, its frames and the id of every chunk; one frame at a time. */
import { createChunkHash, type KeyedHash } from '../../codec/hash.ts';
import type { FrameEntry } from '../../../src-shared/model/rows.ts';
import { fileClass, frameType } from '../format/layout.ts';
import { decodePackFooter, footerFrames } from '../format/pack-footer.ts';
import { damaged } from '../format/seal.ts';
import { openFooter, readFrames } from '../format/sealed-file-reader.ts';
import { contextOf, missingFile, readPackFile } from '../session/read-commits.ts';
import type { Vault } from '../vault.ts';

/** The number of chunks in an intact pack; throws `pack-damaged` or `pack-missing`. */
export async function checkPack(vault: Vault, name: string): Promise<number> {
  const bytes = await readPackFile(vault, name);
  if (bytes === undefined) throw missingFile(name, 'a pack');
  const context = contextOf(vault, fileClass.dataPack, bytes);
  const { decompress } = vault.compressor;
  const hash = createChunkHash(vault.keys.writerKeys.idKey);
  const entries = footerFrames(decodePackFooter(openFooter(context, bytes, decompress).raw))[
    Symbol.iterator
  ]();
  let chunks = 0;
  for (const frame of readFrames(context, bytes, decompress)) {
    const entry = entries.next();
    if (frame.type === frameType.footer) {
      if (entry.done !== true) throw damaged(`${name} lists a frame that it does not have`);
      break;
    }
    if (entry.done === true || entry.value.offsetBytes !== frame.offsetBytes) {
      throw damaged(`${name} has a frame that it does not list`);
    }
    checkChunks(hash, entry.value, frame.raw);
    chunks += entry.value.chunks.length;
  }
  return chunks;
}

function checkChunks(hash: KeyedHash, entry: FrameEntry, raw: Uint8Array): void {
  for (const { id, offsetBytes, lengthBytes } of entry.chunks) {
    const chunk = raw.subarray(offsetBytes, offsetBytes + lengthBytes);
    if (!Buffer.from(hash.hash(chunk)).equals(id)) throw damaged('a chunk has other bytes than its id says');
  }
}

/** Reads one pack completely: its name, its frames, its directory and the id of every chunk. */
import { createKeyedHash } from '../../codec/hash.ts';
import { fileClass, frameType } from '../format/layout.ts';
import { decodePackFooter, footerFrames } from '../format/pack-footer.ts';
import { damaged } from '../format/seal.ts';
import { readFrames } from '../format/sealed-file-reader.ts';
import { contextOf, missingFile, readPackFile } from '../session/read-commits.ts';
import type { Vault } from '../vault.ts';

/** The number of chunks in an intact pack; throws `pack-damaged` or `pack-missing`. */
export async function checkPack(vault: Vault, name: string): Promise<number> {
  const bytes = await readPackFile(vault, name);
  if (bytes === undefined) throw missingFile(name, 'a pack');
  const hash = createKeyedHash(vault.keys.writerKeys.idKey);
  const payloads: Uint8Array[] = [];
  let chunks = 0;
  for (const frame of readFrames(
    contextOf(vault, fileClass.dataPack, bytes),
    bytes,
    vault.compressor.decompress,
  )) {
    if (frame.type !== frameType.footer) {
      payloads.push(frame.raw);
      continue;
    }
    for (const entry of footerFrames(decodePackFooter(frame.raw))) {
      const raw = payloads[entry.sequence];
      if (raw === undefined) throw damaged(`${name} lists a frame that it does not have`);
      for (const { id, offsetBytes, lengthBytes } of entry.chunks) {
        const chunk = raw.subarray(offsetBytes, offsetBytes + lengthBytes);
        if (!Buffer.from(hash.hash(chunk)).equals(id))
          throw damaged(`a chunk in ${name} has other bytes than its id says`);
        chunks += 1;
      }
    }
  }
  return chunks;
}

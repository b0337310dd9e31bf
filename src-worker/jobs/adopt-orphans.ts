/**
 * Takes over packs that a crashed session left: each is read whole, checked against its name, and listed by the new
 * session, so that what was uploaded once is not uploaded again. A pack that does not open is reported and left for
 * prune.
 */
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { decodePackFooter, footerFrames } from '../vault/format/pack-footer.ts';
import type { DedupFilter } from '../vault/index/dedup-filter.ts';
import { listOrphanPacks, readPackDirectory } from '../vault/session/read-commits.ts';
import type { WriteSession } from '../vault/session/write-session.ts';
import type { Vault } from '../vault/vault.ts';

/** What was found lying about. */
export interface AdoptedPacks {
  readonly packs: number;
  readonly sizeBytes: number;
  /** Names of files that could not be used. */
  readonly damaged: readonly string[];
}

export async function adoptOrphans(
  vault: Vault,
  catalog: Catalog,
  target: { readonly session: WriteSession; readonly filter: DedupFilter },
): Promise<AdoptedPacks> {
  let packs = 0;
  let sizeBytes = 0;
  const damaged: string[] = [];
  for await (const name of listOrphanPacks(vault, (hash) => catalog.hasPack(hash))) {
    try {
      const pack = await readPackDirectory(vault, name);
      if (pack === undefined) continue;
      const footer = decodePackFooter(pack.directory);
      await target.session.listPack(pack);
      for (const { chunks } of footerFrames(footer)) chunks.forEach(({ id }) => target.filter.claim(id));
      packs += 1;
      sizeBytes += pack.sizeBytes;
    } catch (error) {
      if (!isAppError(error, 'pack-damaged')) throw error;
      damaged.push(name);
    }
  }
  return { packs, sizeBytes, damaged };
}

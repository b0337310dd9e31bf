/**
 * Reads what sessions left: commits along a chain, the records of their segments, and packs that no commit lists.
 * Everything is checked against the hashes that the commits name.
 */
import { sha256 } from '../../codec/hash.ts';
import { release } from '../../codec/plain-bytes.ts';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import {
  commitName,
  fileClass,
  frameType,
  packHash,
  parseCommitName,
  type FileClass,
} from '../format/layout.ts';
import {
  decodeCommit,
  decodeRecord,
  type CommitRecord,
  type PackRecord,
  type SegmentRecord,
} from '../format/records.ts';
import { damaged, openFileHeader, peekFileHeader, type SealContext } from '../format/seal.ts';
import { openFooter, readFrames } from '../format/sealed-file-reader.ts';
import type { Vault } from '../vault.ts';
import type { Committed } from './write-session.ts';

/** Highest commit number of each chain in the vault. */
export async function listChains(vault: Vault): Promise<Map<string, number>> {
  const chains = new Map<string, number>();
  for await (const { name } of vault.store.list('ends/')) {
    const parsed = parseCommitName(name);
    if (parsed === undefined) continue;
    chains.set(parsed.chainId, Math.max(chains.get(parsed.chainId) ?? 0, parsed.number));
  }
  return chains;
}

/** One commit of a chain; throws `pack-missing` where there is none, `pack-damaged` where it is another one's. */
export async function readCommit(vault: Vault, chainId: string, number: number): Promise<Committed> {
  const name = commitName(chainId, number);
  const bytes = await vault.store.read(name);
  if (bytes === undefined) throw missingFile(name, 'a snapshot of the chain');
  const [frame] = readFrames(contextOf(vault, fileClass.commit, bytes), bytes, vault.compressor.decompress);
  if (frame?.type !== frameType.record) throw damaged('a commit without its record');
  const record = decodeCommit(frame.raw);
  if (record.chain !== chainId || record.number !== number)
    throw damaged('a commit stands under another one’s name');
  return { record, hash: sha256(bytes) };
}

/** The records of a commit, in the order in which they apply. */
export async function* readSegments(vault: Vault, commit: CommitRecord): AsyncIterable<SegmentRecord> {
  for (const segment of commit.segments) {
    const bytes = await vault.store.read(segment.name);
    if (bytes === undefined) throw missingFile(segment.name, 'a part of a snapshot');
    if (!Buffer.from(sha256(bytes)).equals(segment.hash))
      throw damaged(`${segment.name} is not what its commit names`);
    for (const frame of readFrames(
      contextOf(vault, fileClass.segment, bytes),
      bytes,
      vault.compressor.decompress,
    )) {
      if (frame.type !== frameType.record) continue;
      const record = decodeRecord(frame.raw);
      release(frame.raw);
      yield record;
    }
    release(bytes);
  }
}

/** The bytes of a pack, checked against its name; undefined when there is no such pack. */
export async function readPackFile(vault: Vault, name: string): Promise<Uint8Array | undefined> {
  const hash = packHash(name);
  const bytes = hash === undefined ? undefined : await vault.store.read(name);
  if (hash === undefined || bytes === undefined) return undefined;
  if (!Buffer.from(sha256(bytes)).equals(hash)) throw damaged(`${name} has other bytes than its name says`);
  return bytes;
}

/** Reads a whole pack and returns its directory: how a pack that a crashed session left becomes usable again. */
export async function readPackDirectory(vault: Vault, name: string): Promise<PackRecord | undefined> {
  const bytes = await readPackFile(vault, name);
  const hash = packHash(name);
  if (hash === undefined || bytes === undefined) return undefined;
  const context = contextOf(vault, fileClass.dataPack, bytes);
  const { salt, epoch } = openFileHeader(context, bytes);
  const directory = openFooter(context, bytes, vault.compressor.decompress).raw;
  return { name: hash, sizeBytes: bytes.length, epoch, salt, directory };
}

/** Names of packs in the store for which `isKnown` is false: left by a crash, or being written by another agent. */
export async function* listOrphanPacks(
  vault: Vault,
  isKnown: (name: Uint8Array) => boolean,
): AsyncIterable<string> {
  for await (const { name } of vault.store.list('packs/')) {
    const hash = packHash(name);
    if (hash !== undefined && !isKnown(hash)) yield name;
  }
}

/** The keys for a file of the vault, by the epoch in its header; throws `pack-damaged` for a foreign file. */
export function contextOf(vault: Vault, fileClassOfFile: FileClass, bytes: Uint8Array): SealContext {
  const header = peekFileHeader(bytes);
  const context = header === undefined ? undefined : vault.keys.context(fileClassOfFile, header.epoch);
  if (context === undefined) throw damaged('it does not belong to this vault');
  return context;
}

/** The error for a file that a commit relies on and that is gone. */
export function missingFile(name: string, what: string): AppError {
  return new AppError(
    'pack-missing',
    `${name}, ${what}, is missing from the vault. What it held cannot be restored from here; put it back from a copy of the vault if there is one.`,
    { details: { name } },
  );
}

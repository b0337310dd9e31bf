/**
 * The constants of vault format v1: sizes, classes, names. docs/vault-format.md says the same in prose; a change here
 * that an old reader would not understand needs a new format version.
 */

export const formatVersion = 1;
export const vaultFileName = 'vault.json';
export const suiteXChaChaBlake2b = 1;

/** What a sealed file holds; bound into every seal, so that one kind can never be passed off as another. */
export const fileClass = { dataPack: 1, segment: 2, commit: 3, session: 4 } as const;
export type FileClass = (typeof fileClass)[keyof typeof fileClass];

/** What a frame of a sealed file holds; bound into the seal of its payload. */
export const frameType = { header: 0, chunks: 1, record: 2, footer: 3 } as const;
export type FrameType = (typeof frameType)[keyof typeof frameType];

/** Frame flag: the payload is one zstd frame. */
export const zstdFlag = 1;

export const saltBytes = 16;
export const tagBytes = 16;
export const fileHeaderBytes = 64;
export const frameHeaderPlainBytes = 24;
export const frameHeaderBytes = frameHeaderPlainBytes + tagBytes;
/** Footer offset (u64le) and footer sequence (u32le), masked. */
export const trailerBytes = 12;

/** A full pack has exactly this size. */
export const packBytes = 16 * 1024 * 1024;
/** No frame may claim a larger raw payload; bounds what a reader allocates before it has decompressed anything. */
export const maxFrameRawBytes = 4 * 1024 * 1024;
/** A pack whose directory would be larger is closed early, so that the directory stays a frame that readers take. */
export const maxDirectoryBytes = 3 * 1024 * 1024;
/** Chunks of less than {@link bundledChunkBytes} share a frame of about this size. */
export const bundleBytes = 256 * 1024;
export const bundledChunkBytes = 16 * 1024;

const textEncoder = new TextEncoder();

/** The file magic: the first eight bytes of every sealed file. */
export const magic: Uint8Array = textEncoder.encode('HOLDFAST');

/** The name of a data pack whose bytes have this SHA-256. */
export function packName(sha256: Uint8Array): string {
  const hex = Buffer.from(sha256).toString('hex');
  return `packs/${hex.slice(0, 2)}/${hex}`;
}

/** The SHA-256 in the name of a data pack; undefined for a foreign name. */
export function packHash(name: string): Uint8Array | undefined {
  const match = /^packs\/([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(name);
  return match?.[2]?.startsWith(match[1] ?? '-') === true
    ? new Uint8Array(Buffer.from(match[2], 'hex'))
    : undefined;
}

/** The name of the `number`th segment (from 0) that a session wrote. */
export function segmentName(sessionId: string, number: number): string {
  return `segs/${sessionId}-${String(number).padStart(6, '0')}`;
}

/** The name of the commit of snapshot `number` (from 1) of a chain: creating it is the only commit point. */
export function commitName(chainId: string, number: number): string {
  return `ends/${chainId}-${String(number).padStart(8, '0')}`;
}

/** The chain and number in the name of a commit; undefined for a foreign name. */
export function parseCommitName(name: string): { chainId: string; number: number } | undefined {
  const match = /^ends\/([0-9a-f]{32})-([0-9]{8})$/.exec(name);
  return match?.[1] === undefined ? undefined : { chainId: match[1], number: Number(match[2]) };
}

/** The name of the marker that says: this session is open. */
export function sessionMarkerName(sessionId: string): string {
  return `sessions/${sessionId}`;
}

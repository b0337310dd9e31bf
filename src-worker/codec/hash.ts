/**
 * Hashes of the Storage Vault: keyed BLAKE2b-256 (RFC 7693) derives keys, SHA-256 (FIPS 180-4) names packs, and both
 * together name chunks. Must not be used for passwords (see password-key.ts). Needs loadSodium() to have finished in this thread.
 */
import { hash as nodeHash } from 'node:crypto';
import { loadedSodium } from './sodium.ts';

/** Length of every digest and derived key, in bytes. */
export const digestBytes = 32;

/** Anything longer is hashed in pieces of this size, so that the heap stays small whatever the input. */
const PIECE_BYTES = 4 * 1024 * 1024;
const MIN_KEY_BYTES = 16;
const MAX_KEY_BYTES = 64;

/** A hash under one secret key. */
export interface KeyedHash {
  /** 32 bytes that the caller owns. */
  hash(data: Uint8Array): Uint8Array;
}

/** What {@link blake2b} may be told: a key of 16 to 64 bytes, and a digest length of 16 to 64 bytes (default 32). */
export interface Blake2bOptions {
  readonly key?: Uint8Array;
  readonly sizeBytes?: number;
}

/** The small region while hashing: digest at 0, key at 64, state from 128 (aligned to 64 as libsodium wants). */
const KEY_OFFSET = 64;
const STATE_OFFSET = 128;

function hashInPieces(data: Uint8Array, keyBytes: number, sizeBytes: number): void {
  const { raw, heap } = loadedSodium();
  const state = Math.ceil((heap.small + STATE_OFFSET) / 64) * 64;
  const bulk = heap.bulk(PIECE_BYTES);
  raw._crypto_generichash_init(state, heap.small + KEY_OFFSET, keyBytes, sizeBytes);
  for (let offset = 0; offset < data.length; offset += PIECE_BYTES) {
    const piece = data.subarray(offset, offset + PIECE_BYTES);
    heap.bytes.set(piece, bulk);
    raw._crypto_generichash_update(state, bulk, piece.length, 0);
  }
  raw._crypto_generichash_final(state, heap.small, sizeBytes);
}

/** BLAKE2b (RFC 7693) of `data`. Throws RangeError for a key or digest length outside 16..64 bytes. */
export function blake2b(data: Uint8Array, { key, sizeBytes = digestBytes }: Blake2bOptions = {}): Uint8Array {
  const { raw, heap } = loadedSodium();
  const keyBytes = key?.length ?? 0;
  if (key !== undefined && (keyBytes < MIN_KEY_BYTES || keyBytes > MAX_KEY_BYTES)) {
    throw new RangeError(`a BLAKE2b key has ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} bytes, not ${keyBytes}`);
  }
  if (sizeBytes < MIN_KEY_BYTES || sizeBytes > MAX_KEY_BYTES) {
    throw new RangeError(`a BLAKE2b digest has 16 to 64 bytes here, not ${sizeBytes}`);
  }
  if (key !== undefined) heap.bytes.set(key, heap.small + KEY_OFFSET);
  if (data.length > PIECE_BYTES) {
    hashInPieces(data, keyBytes, sizeBytes);
  } else {
    const bulk = heap.bulk(data.length);
    heap.bytes.set(data, bulk);
    raw._crypto_generichash(heap.small, sizeBytes, bulk, data.length, 0, heap.small + KEY_OFFSET, keyBytes);
  }
  return heap.bytes.slice(heap.small, heap.small + sizeBytes);
}

/** A keyed BLAKE2b-256 over `key` (32 bytes), of which it keeps its own copy. */
export function createKeyedHash(key: Uint8Array): KeyedHash {
  if (key.length !== digestBytes)
    throw new RangeError(`a hash key has ${digestBytes} bytes, not ${key.length}`);
  const options = { key: key.slice() };
  return { hash: (data) => blake2b(data, options) };
}

/**
 * Names chunks: BLAKE2b-256 keyed with `key` (32 bytes) over the SHA-256 of the chunk. Processors have instructions for
 * SHA-256, so that the bytes are read by it, and the key needs to touch no more than its digest (decision 9).
 */
export function createChunkHash(key: Uint8Array): KeyedHash {
  const keyed = createKeyedHash(key);
  return { hash: (chunk) => keyed.hash(sha256(chunk)) };
}

const encoder = new TextEncoder();

/**
 * A key for one purpose: BLAKE2b-256 keyed with `root` over utf8("holdfast v1 " + `label`). Different labels give
 * independent keys, and none of them tells anything about `root`.
 */
export function deriveKey(root: Uint8Array, label: string): Uint8Array {
  return createKeyedHash(root).hash(encoder.encode(`holdfast v1 ${label}`));
}

/** SHA-256 of `data`: 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  return new Uint8Array(nodeHash('sha256', data, 'buffer'));
}

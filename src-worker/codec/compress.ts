/**
 * zstd frames (RFC 8878), through zstd-napi where it could be installed and otherwise through node:zlib, which writes
 * and reads the same format at half the speed. Must not be given bytes that were not authenticated, and never gives
 * back more than the caller said to expect.
 */
import { createRequire } from 'node:module';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type * as ZstdBinding from 'zstd-napi/binding.js';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { hasCompressedSignature } from './compressed-signatures.ts';
import { plainBytes } from './plain-bytes.ts';
import { checkFrame } from './zstd-frame.ts';

/**
 * No frame may hold more than this many bytes, which bounds what any frame can make a reader allocate. There is no
 * bound on the ratio besides: a chunk of zeros honestly shrinks 25,000 times.
 */
export const maxRawBytes = 4 * 1024 * 1024;
/** Larger windows are refused (2^23 = 8 MiB). */
const MAX_WINDOW_LOG = 23;

/** Names of the implementations. */
export type CompressorName = 'zstd-napi' | 'node-zlib';

/** Compresses `data` at `level` (1 to 19); the result may lie in memory that the next call writes over. */
type Compress = (data: Uint8Array, level: number) => Uint8Array;

/** Gives exactly `rawSizeBytes` bytes or throws AppError 'pack-damaged'. */
export type Decompress = (stored: Uint8Array, rawSizeBytes: number) => Uint8Array;

/** One implementation of zstd. `fallbackReason` says why it is not the faster one. */
export interface Compressor {
  readonly name: CompressorName;
  readonly fallbackReason: string | null;
  readonly compress: Compress;
  readonly decompress: Decompress;
}

function damaged(reason: string, cause?: unknown): AppError {
  return new AppError(
    'pack-damaged',
    'A part of the Storage Vault is damaged: its compressed content does not unpack to what its header promises.',
    { cause, details: { reason } },
  );
}

function checkBounds(stored: Uint8Array, rawSizeBytes: number): void {
  if (!Number.isSafeInteger(rawSizeBytes) || rawSizeBytes < 0 || rawSizeBytes > maxRawBytes) {
    throw damaged('claims more than a frame may hold');
  }
  const flaw = checkFrame(stored, { rawSizeBytes, maxWindowLog: MAX_WINDOW_LOG });
  if (flaw !== null) throw damaged(flaw);
}

/** Checks bounds, runs `decompress`, checks the length; whatever it throws becomes 'pack-damaged'. */
function guarded(decompress: Decompress): Decompress {
  return (stored, rawSizeBytes) => {
    checkBounds(stored, rawSizeBytes);
    let raw: Uint8Array;
    try {
      raw = decompress(stored, rawSizeBytes);
    } catch (error) {
      throw damaged('not a whole zstd frame', error);
    }
    if (raw.length !== rawSizeBytes) throw damaged('unpacks to another length');
    return raw;
  };
}

function createNapi(binding: typeof ZstdBinding): Omit<Compressor, 'fallbackReason'> {
  const compressing = new binding.CCtx();
  const decompressing = new binding.DCtx();
  let scratch = Buffer.alloc(binding.compressBound(256 * 1024));
  return {
    name: 'zstd-napi',
    compress(data, level) {
      const boundBytes = binding.compressBound(data.length);
      if (boundBytes > scratch.length) scratch = Buffer.alloc(boundBytes);
      const storedBytes = compressing.compress(scratch, data, level);
      return plainBytes(scratch.subarray(0, storedBytes));
    },
    decompress: guarded((stored, rawSizeBytes) => {
      const raw = new Uint8Array(rawSizeBytes);
      return raw.subarray(0, decompressing.decompress(raw, stored));
    }),
  };
}

function createZlib(): Omit<Compressor, 'fallbackReason'> {
  return {
    name: 'node-zlib',
    compress(data, level) {
      const params = { [constants.ZSTD_c_compressionLevel]: level };
      return plainBytes(zstdCompressSync(data, { params, pledgedSrcSize: data.length }));
    },
    decompress: guarded((stored, rawSizeBytes) => {
      const params = { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG };
      return plainBytes(zstdDecompressSync(stored, { params, maxOutputLength: Math.max(1, rawSizeBytes) }));
    }),
  };
}

/** `require`, because an optional native package must be able to be absent without failing the import of this file. */
function loadBinding(): typeof ZstdBinding {
  return createRequire(import.meta.url)('zstd-napi/binding.js') as typeof ZstdBinding;
}

/** zstd-napi where it loads and `preferred` does not say otherwise; node:zlib in all other cases. */
export function createCompressor(options: { readonly preferred?: CompressorName } = {}): Compressor {
  if (options.preferred === 'node-zlib') return { ...createZlib(), fallbackReason: 'asked for' };
  try {
    return { ...createNapi(loadBinding()), fallbackReason: null };
  } catch (error) {
    // The first line says it; what follows are paths.
    const [reason] = error instanceof Error ? error.message.split('\n', 1) : ['unknown failure'];
    return { ...createZlib(), fallbackReason: `zstd-napi did not load (${reason})` };
  }
}

/**
 * Compressing what does not compress runs at 2 GB/s, so up to this size the attempt costs less than the question.
 */
const MIN_PROBED_BYTES = 128 * 1024;
/** Where even this much of the beginning shrinks, there is no need to look further. */
const FIRST_LOOK_BYTES = 4 * 1024;
const SECOND_LOOK_BYTES = 64 * 1024;
/** Level 1 must save at least this share of what is looked at, or compressing is not worth it. */
const MIN_SAVING = 0.03;

let probing: Compressor | undefined;

/**
 * True when storing `data` as it is will very likely take no more room than compressing it: by the signature of a
 * compressed format, else, for larger data, by compressing its beginning. A wrong guess costs time or space, never
 * data; false says nothing.
 */
export function isLikelyIncompressible(data: Uint8Array, compressor?: Compressor): boolean {
  if (hasCompressedSignature(data)) return true;
  if (data.length < MIN_PROBED_BYTES) return false;
  const { compress } = compressor ?? (probing ??= createCompressor());
  return [FIRST_LOOK_BYTES, SECOND_LOOK_BYTES].every((lookBytes) => {
    const look = data.subarray(0, lookBytes);
    return compress(look, 1).length > lookBytes * (1 - MIN_SAVING);
  });
}

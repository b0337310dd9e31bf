/**
 * Reads the outline of a zstd frame (RFC 8878 section 3.1.1), so that both implementations refuse the same frames
 * before any of them allocates: node:zlib, for one, does not mind bytes behind the frame. Decompresses nothing.
 */

const MAGIC = 0xfd2fb528;
const MIN_HEADER_BYTES = 6;
const SIZE_FIELD_BYTES = [0, 2, 4, 8] as const;
const DICTIONARY_FIELD_BYTES = [0, 1, 2, 4] as const;
const BLOCK_HEADER_BYTES = 3;
const CHECKSUM_BYTES = 4;
/** A run-length block stores one byte whatever its size says. */
const RLE_BLOCK = 1;

/** What a frame is held to. */
export interface FrameLimits {
  readonly rawSizeBytes: number;
  readonly maxWindowLog: number;
}

/** What the header of a frame says. */
interface FrameHeader {
  readonly sizeBytes: number;
  readonly windowBytes: number;
  /** Null where the frame does not declare its content's size. */
  readonly contentBytes: number | null;
  readonly checksumBytes: number;
}

/** Null when `frame` is one whole frame within `limits`, as far as headers tell; else what is wrong, in words. */
export function checkFrame(frame: Uint8Array, { rawSizeBytes, maxWindowLog }: FrameLimits): string | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (frame.length < MIN_HEADER_BYTES || view.getUint32(0, true) !== MAGIC) return 'not a zstd frame';
  const header = readHeader(view);
  if (header === null) return 'ends in its header';
  if (header.windowBytes > 2 ** maxWindowLog) return 'asks for too large a window';
  if (header.contentBytes !== null && header.contentBytes !== rawSizeBytes) return 'declares another length';
  const endBytes = endOfBlocks(view, header.sizeBytes) + header.checksumBytes;
  return endBytes === frame.length ? null : 'is not one whole frame';
}

function readHeader(view: DataView): FrameHeader | null {
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeField = SIZE_FIELD_BYTES[(descriptor >> 6) as 0 | 1 | 2 | 3];
  const sizeFieldBytes = sizeField === 0 && isSingleSegment ? 1 : sizeField;
  const dictionaryBytes = DICTIONARY_FIELD_BYTES[(descriptor & 3) as 0 | 1 | 2 | 3];
  const offset = (isSingleSegment ? 5 : 6) + dictionaryBytes;
  if (view.byteLength < offset + sizeFieldBytes) return null;
  return {
    sizeBytes: offset + sizeFieldBytes,
    // A single segment needs no window beyond its content.
    windowBytes: isSingleSegment ? 0 : windowBytes(view.getUint8(5)),
    contentBytes: contentBytes(view, offset, sizeFieldBytes),
    checksumBytes: (descriptor & 4) === 0 ? 0 : CHECKSUM_BYTES,
  };
}

function windowBytes(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** The declared content size, or null where the frame declares none. */
function contentBytes(view: DataView, offset: number, fieldBytes: 0 | 1 | 2 | 4 | 8): number | null {
  switch (fieldBytes) {
    case 0:
      return null;
    case 1:
      return view.getUint8(offset);
    case 2:
      // The two-byte form starts counting at 256.
      return view.getUint16(offset, true) + 256;
    case 4:
      return view.getUint32(offset, true);
    case 8:
      return Number(view.getBigUint64(offset, true));
  }
}

/** The offset behind the block that says it is the last; NaN where the bytes end before. */
function endOfBlocks(view: DataView, start: number): number {
  let offset = start;
  while (offset + BLOCK_HEADER_BYTES <= view.byteLength) {
    const header = view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
    const storedBytes = ((header >> 1) & 3) === RLE_BLOCK ? 1 : header >> 3;
    offset += BLOCK_HEADER_BYTES + storedBytes;
    if ((header & 1) === 1) return offset;
  }
  return Number.NaN;
}

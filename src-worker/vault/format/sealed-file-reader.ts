/**
 * Reads sealed files. Every length is checked before it is used, every frame is authenticated before it is
 * decompressed. A whole file is walked by {@link readFrames}; a single frame of a pack is opened by
 * {@link openFrame} from a range that the index names.
 */
import type { Decompress } from '../../codec/compress.ts';
import type { PackCipher } from '../../codec/aead.ts';
import { release } from '../../codec/plain-bytes.ts';
import { cipherFor, damaged, frameAad, openFileHeader, trailerMask, type SealContext } from './seal.ts';
import {
  fileHeaderBytes,
  frameHeaderBytes,
  frameType,
  maxFrameRawBytes,
  tagBytes,
  trailerBytes,
  zstdFlag,
  type FrameType,
} from './layout.ts';

/** A frame after authentication and decompression. */
export interface OpenedFrame {
  readonly type: FrameType;
  readonly count: number;
  readonly sequence: number;
  readonly offsetBytes: number;
  /** Payload bytes as stored, without header and tag. */
  readonly storedBytes: number;
  readonly flags: number;
  readonly raw: Uint8Array;
}

/** What is needed to open the frames of one file. */
export interface FrameKeys {
  readonly context: SealContext;
  readonly salt: Uint8Array;
  readonly cipher: PackCipher;
}

/** Keys for the file whose salt is known, for example from the index. */
export function frameKeys(context: SealContext, salt: Uint8Array): FrameKeys {
  return { context, salt, cipher: cipherFor(context, salt) };
}

/** All frames of a file in order, footer last. Throws `pack-damaged` at the first that does not open. */
export function* readFrames(
  context: SealContext,
  file: Uint8Array,
  decompress: Decompress,
): Iterable<OpenedFrame> {
  const keys = frameKeys(context, openFileHeader(context, file).salt);
  let offsetBytes = fileHeaderBytes;
  for (let sequence = 0; ; sequence += 1) {
    const frame = openFrame(keys, { bytes: file.subarray(offsetBytes), sequence, offsetBytes }, decompress);
    yield frame;
    if (frame.type === frameType.footer) return;
    offsetBytes += frameHeaderBytes + frame.storedBytes + tagBytes;
  }
}

/** Bytes that begin with the frame of `sequence`; more may follow. */
export interface SealedFrame {
  readonly bytes: Uint8Array;
  readonly sequence: number;
  readonly offsetBytes: number;
}

/** Authenticates and decompresses one frame. */
export function openFrame(keys: FrameKeys, sealed: SealedFrame, decompress: Decompress): OpenedFrame {
  const header = openFrameHeader(keys, sealed);
  const end = frameHeaderBytes + header.storedBytes + tagBytes;
  if (sealed.bytes.length < end) throw damaged('it ends in the middle of a frame');
  const aad = frameAad(keys.context, keys.salt, { type: header.type, sequence: sealed.sequence });
  const stored = keys.cipher.open(sealed.bytes.subarray(frameHeaderBytes, end), aad, sealed.sequence * 2 + 1);
  const isCompressed = (header.flags & zstdFlag) !== 0;
  const raw = isCompressed ? decompress(stored, header.rawBytes) : stored;
  if (isCompressed) release(stored);
  if (raw.length !== header.rawBytes) throw damaged('a frame does not have the length that its header says');
  return {
    type: header.type,
    count: header.count,
    sequence: sealed.sequence,
    offsetBytes: sealed.offsetBytes,
    storedBytes: header.storedBytes,
    flags: header.flags,
    raw,
  };
}

/** Opens the footer frame of a whole file, found by its trailer; no frame before it is touched. */
export function openFooter(context: SealContext, file: Uint8Array, decompress: Decompress): OpenedFrame {
  const { salt } = openFileHeader(context, file);
  const mask = trailerMask(context, salt);
  const trailer = file.slice(-trailerBytes).map((byte, index) => byte ^ (mask[index] ?? 0));
  const view = new DataView(trailer.buffer);
  const offsetBytes = Number(view.getBigUint64(0, true));
  if (offsetBytes < fileHeaderBytes || offsetBytes >= file.length) throw damaged('its trailer does not open');
  const sealed = { bytes: file.subarray(offsetBytes), sequence: view.getUint32(8, true), offsetBytes };
  const frame = openFrame(frameKeys(context, salt), sealed, decompress);
  if (frame.type !== frameType.footer) throw damaged('its trailer does not lead to its directory');
  return frame;
}

interface FrameHeader {
  readonly type: FrameType;
  readonly flags: number;
  readonly count: number;
  readonly storedBytes: number;
  readonly rawBytes: number;
}

function openFrameHeader(keys: FrameKeys, sealed: SealedFrame): FrameHeader {
  if (sealed.bytes.length < frameHeaderBytes) throw damaged('it ends in the middle of a frame header');
  const aad = frameAad(keys.context, keys.salt, { type: frameType.header, sequence: sealed.sequence });
  const plain = keys.cipher.open(sealed.bytes.subarray(0, frameHeaderBytes), aad, sealed.sequence * 2);
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const header = {
    type: view.getUint8(0),
    flags: view.getUint8(1),
    count: view.getUint32(4, true),
    storedBytes: view.getUint32(8, true),
    rawBytes: view.getUint32(12, true),
  };
  if (view.getUint32(16, true) !== sealed.sequence) throw damaged('a frame stands in another frame’s place');
  if (header.rawBytes > maxFrameRawBytes) throw damaged('a frame claims more bytes than a frame may have');
  if (!isPayloadType(header.type)) throw damaged('a frame is of a kind that this format does not know');
  return { ...header, type: header.type };
}

function isPayloadType(type: number): type is FrameType {
  return type === frameType.chunks || type === frameType.record || type === frameType.footer;
}

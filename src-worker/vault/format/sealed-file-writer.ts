/**
 * Writes a sealed file: header, frames, footer, padding, trailer (docs/vault-format.md section 4). Data packs and
 * metadata files differ only in class and padding. Builds in memory; putting the bytes into a store is not its job.
 */
import { randomFillSync } from 'node:crypto';
import type { PackCipher } from '../../codec/aead.ts';
import { padmeLength } from '../../codec/padme.ts';
import { cipherFor, encodeFileHeader, frameAad, trailerMask, type SealContext } from './seal.ts';
import {
  fileHeaderBytes,
  frameHeaderBytes,
  frameHeaderPlainBytes,
  frameType,
  saltBytes,
  tagBytes,
  trailerBytes,
  type FrameType,
} from './layout.ts';

/** A frame's payload as it will be stored, before sealing. */
export interface FramePayload {
  readonly type: FrameType;
  readonly flags: number;
  /** Chunks or records in the payload. */
  readonly count: number;
  readonly stored: Uint8Array;
  readonly rawBytes: number;
}

/** Where a frame landed. */
export interface FramePlace {
  readonly sequence: number;
  readonly offsetBytes: number;
}

/** Bytes that a frame with a payload of `storedBytes` takes in the file. */
export function sealedFrameBytes(storedBytes: number): number {
  return frameHeaderBytes + storedBytes + tagBytes;
}

/** One sealed file in the making. Not reusable after {@link finish}. */
export class SealedFileWriter {
  readonly salt: Uint8Array = randomFillSync(new Uint8Array(saltBytes));
  readonly #context: SealContext;
  readonly #cipher: PackCipher;
  #buffer: Uint8Array<ArrayBuffer>;
  #usedBytes = fileHeaderBytes;
  #sequence = 0;

  /** Writes into `memory`, with whatever it held before; grows into memory of its own when that is too small. */
  constructor(context: SealContext, memory: Uint8Array<ArrayBuffer>) {
    this.#context = context;
    this.#cipher = cipherFor(context, this.salt);
    this.#buffer = memory;
    this.#buffer.set(encodeFileHeader(context, this.salt));
  }

  /** Bytes written so far, header included, footer and padding not. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /** Seals one frame behind the last one. */
  append(payload: FramePayload): FramePlace {
    const place = { sequence: this.#sequence, offsetBytes: this.#usedBytes };
    this.#reserve(sealedFrameBytes(payload.stored.length));
    this.#seal(this.#frameHeader(payload), frameType.header, 0);
    this.#seal(payload.stored, payload.type, 1);
    this.#sequence += 1;
    return place;
  }

  /**
   * Appends the footer (a pack's directory, else empty), pads with random bytes to `fullBytes`, or where the file is larger or `fullBytes` is absent to
   * its Padmé length, and masks the footer's offset into the trailer. Returns the file's bytes, in the memory that was lent.
   */
  finish(directory: Uint8Array, fullBytes = 0): Uint8Array<ArrayBuffer> {
    const footer = this.append({
      type: frameType.footer,
      flags: 0,
      count: 1,
      stored: directory,
      rawBytes: directory.length,
    });
    const minimumBytes = this.#usedBytes + trailerBytes;
    const totalBytes = minimumBytes <= fullBytes ? fullBytes : padmeLength(minimumBytes);
    this.#reserve(totalBytes - this.#usedBytes);
    const file = this.#buffer.subarray(0, totalBytes);
    randomFillSync(file, this.#usedBytes, totalBytes - this.#usedBytes - trailerBytes);
    file.set(this.#trailer(footer), totalBytes - trailerBytes);
    return file;
  }

  #frameHeader(payload: FramePayload): Uint8Array {
    const plain = new Uint8Array(frameHeaderPlainBytes);
    const view = new DataView(plain.buffer);
    view.setUint8(0, payload.type);
    view.setUint8(1, payload.flags);
    view.setUint32(4, payload.count, true);
    view.setUint32(8, payload.stored.length, true);
    view.setUint32(12, payload.rawBytes, true);
    view.setUint32(16, this.#sequence, true);
    return plain;
  }

  #seal(plain: Uint8Array, type: FrameType, half: 0 | 1): void {
    const aad = frameAad(this.#context, this.salt, { type, sequence: this.#sequence });
    const end = this.#usedBytes + plain.length + tagBytes;
    const room = this.#buffer.subarray(this.#usedBytes, end);
    this.#cipher.sealInto(room, plain, { aad, counter: this.#sequence * 2 + half });
    this.#usedBytes = end;
  }

  #trailer(footer: FramePlace): Uint8Array {
    const trailer = new Uint8Array(trailerBytes);
    const view = new DataView(trailer.buffer);
    view.setBigUint64(0, BigInt(footer.offsetBytes), true);
    view.setUint32(8, footer.sequence, true);
    const mask = trailerMask(this.#context, this.salt);
    return trailer.map((byte, index) => byte ^ (mask[index] ?? 0));
  }

  #reserve(moreBytes: number): void {
    const neededBytes = this.#usedBytes + moreBytes;
    if (neededBytes <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(neededBytes, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#usedBytes));
    this.#buffer = grown;
  }
}

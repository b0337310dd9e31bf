/**
 * Takes a mail message apart into its text and its decoded attachments, so that one file sent to fifty mailboxes and
 * lying in OneDrive is stored once; and puts it together again, byte for byte. A body is taken out only when encoding
 * it again gives what was there. Never throws while splitting, whatever the message holds.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import { decodeBase64Run, encodeBase64Lines, type Base64Shape } from './base64-lines.ts';
import { findBase64Bodies } from './mime-structure.ts';
import { plainBytes } from './plain-bytes.ts';

/** Smaller attachments stay in the text: a recipe entry and an object of its own would cost more than they save. */
export const minPartBytes = 4096;

/** A base64 body that was taken out. */
interface MimePart extends Base64Shape {
  /** Bytes of the skeleton between the previous part (or the beginning) and this one. */
  readonly literalBytesBefore: number;
  /** Bytes that the body took in the message. */
  readonly encodedBytes: number;
  readonly decoded: Uint8Array;
}

/** A message taken apart. */
export interface MimeSplit {
  /** Everything that was not taken out, in order. */
  readonly skeleton: Uint8Array;
  /** In the order of the message; at least one. */
  readonly parts: readonly MimePart[];
}

/** What {@link joinMime} needs of a part. */
export type JoinablePart = Pick<MimePart, 'literalBytesBefore' | 'decoded' | keyof Base64Shape>;

/**
 * `message` taken apart, or null when there is nothing worth it. What is returned has been verified: joining it gives
 * `message` again.
 */
export function splitMime(message: Uint8Array, takeMemory = freshMemory): MimeSplit | null {
  const options = { minDecodedBytes: minPartBytes, takeMemory };
  if (message.length < minPartBytes) return null;
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const parts: MimePart[] = [];
  const literals: Uint8Array[] = [];
  let literalStart = 0;
  for (const body of findBase64Bodies(bytes)) {
    const run = decodeBase64Run(bytes, body, options);
    if (run === null) continue;
    literals.push(bytes.subarray(literalStart, run.start));
    parts.push({
      ...run.shape,
      literalBytesBefore: run.start - literalStart,
      encodedBytes: run.end - run.start,
      decoded: plainBytes(run.decoded),
    });
    literalStart = run.end;
  }
  if (parts.length === 0) return null;
  literals.push(bytes.subarray(literalStart));
  return { skeleton: concatenated(literals, takeMemory), parts };
}

function concatenated(pieces: readonly Uint8Array[], takeMemory: typeof freshMemory): Uint8Array {
  const all = takeMemory(pieces.reduce((sum, { length }) => sum + length, 0));
  let filledBytes = 0;
  for (const piece of pieces) {
    all.set(piece, filledBytes);
    filledBytes += piece.length;
  }
  return plainBytes(all);
}

function freshMemory(sizeBytes: number): Uint8Array {
  return Buffer.allocUnsafeSlow(sizeBytes);
}

/** The message that was split. Throws AppError 'pack-damaged' when the parts ask for more text than there is. */
export function joinMime(skeleton: Uint8Array, parts: readonly JoinablePart[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  let literalStart = 0;
  for (const part of parts) {
    const literalEnd = literalStart + part.literalBytesBefore;
    if (literalEnd > skeleton.length) {
      throw new AppError(
        'pack-damaged',
        'A saved message cannot be put together: the list of its attachments does not fit its text.',
      );
    }
    pieces.push(skeleton.subarray(literalStart, literalEnd), encodeBase64Lines(part.decoded, part));
    literalStart = literalEnd;
  }
  pieces.push(skeleton.subarray(literalStart));
  return plainBytes(Buffer.concat(pieces));
}

/** True when joining `split` gives `message`, compared over the whole length. */
export function verifySplit(message: Uint8Array, split: MimeSplit): boolean {
  return Buffer.from(joinMime(split.skeleton, split.parts)).equals(message);
}

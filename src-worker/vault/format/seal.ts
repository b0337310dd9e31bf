/**
 * What binds a sealed file to its vault, class, key epoch and place: file header, associated data, trailer mask.
 * Shared by writer and reader, so that both derive the same bytes.
 */
import { timingSafeEqual } from 'node:crypto';
import { createPackCipher, type PackCipher } from '../../codec/aead.ts';
import { createKeyedHash, deriveKey } from '../../codec/hash.ts';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import {
  fileHeaderBytes,
  formatVersion,
  magic,
  saltBytes,
  suiteXChaChaBlake2b,
  type FileClass,
  type FrameType,
} from './layout.ts';

/** Keys of one epoch for one class of files. */
export interface SealContext {
  readonly vaultId: Uint8Array;
  readonly fileClass: FileClass;
  readonly epoch: number;
  /** 32 bytes: `deriveKey(K_data[epoch], "class <n>")`. */
  readonly classKey: Uint8Array;
}

const macOffset = 48;
const macBytes = 16;

/** The cipher of one file. */
export function cipherFor(context: SealContext, salt: Uint8Array): PackCipher {
  return createPackCipher(context.classKey, salt);
}

/** The 64 bytes at the start of every sealed file. */
export function encodeFileHeader(context: SealContext, salt: Uint8Array): Uint8Array {
  const header = new Uint8Array(fileHeaderBytes);
  const view = new DataView(header.buffer);
  header.set(magic);
  view.setUint8(8, formatVersion);
  view.setUint8(9, context.fileClass);
  view.setUint8(10, suiteXChaChaBlake2b);
  view.setUint32(12, context.epoch, true);
  header.set(salt, 16);
  header.set(headerMac(context, header), macOffset);
  return header;
}

/** What a file header says before any key is known. */
export interface FileHeader {
  readonly version: number;
  readonly fileClass: number;
  readonly suite: number;
  readonly epoch: number;
  readonly salt: Uint8Array;
}

/** Reads a file header without verifying it; undefined where the magic is missing. */
export function peekFileHeader(bytes: Uint8Array): FileHeader | undefined {
  if (bytes.length < fileHeaderBytes || magic.some((byte, index) => bytes[index] !== byte)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, fileHeaderBytes);
  return {
    version: view.getUint8(8),
    fileClass: view.getUint8(9),
    suite: view.getUint8(10),
    epoch: view.getUint32(12, true),
    salt: bytes.slice(16, 16 + saltBytes),
  };
}

/** The header of a file that belongs to this context; throws `pack-damaged` where anything differs. */
export function openFileHeader(context: SealContext, bytes: Uint8Array): FileHeader {
  const header = peekFileHeader(bytes);
  if (header === undefined) throw damaged('it does not begin with the mark of a Holdfast file');
  if (header.version > formatVersion) {
    throw new AppError(
      'vault-format-newer',
      'A file of this vault was written by a newer Holdfast. Nothing was changed; update Holdfast to read it.',
      { details: { version: header.version } },
    );
  }
  const isGenuine =
    header.fileClass === context.fileClass &&
    header.epoch === context.epoch &&
    timingSafeEqual(bytes.subarray(macOffset, macOffset + macBytes), headerMac(context, bytes));
  if (!isGenuine) throw damaged('its header does not belong to this vault');
  return header;
}

/** Associated data of a seal: vault id, class, frame type, salt, sequence (38 bytes). */
export function frameAad(
  context: SealContext,
  salt: Uint8Array,
  frame: { readonly type: FrameType; readonly sequence: number },
): Uint8Array {
  const aad = new Uint8Array(38);
  aad.set(context.vaultId);
  aad[16] = context.fileClass;
  aad[17] = frame.type;
  aad.set(salt, 18);
  new DataView(aad.buffer).setUint32(34, frame.sequence, true);
  return aad;
}

/** The first 12 of these bytes hide the trailer. */
export function trailerMask(context: SealContext, salt: Uint8Array): Uint8Array {
  return createKeyedHash(deriveKey(context.classKey, 'trailer')).hash(salt);
}

function headerMac(context: SealContext, header: Uint8Array): Uint8Array {
  const bound = new Uint8Array(16 + macOffset);
  bound.set(context.vaultId);
  bound.set(header.subarray(0, macOffset), 16);
  return createKeyedHash(deriveKey(context.classKey, 'header')).hash(bound).slice(0, macBytes);
}

/** A `pack-damaged` error that says what is wrong with a file of the vault. */
export function damaged(reason: string): AppError {
  return new AppError(
    'pack-damaged',
    `A file of the vault is damaged: ${reason}. Other files are not affected; run "holdfast verify" to see what it held.`,
    { details: { reason } },
  );
}

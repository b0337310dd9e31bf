/**
 * A Buffer and a Uint8Array differ in what `slice` does (share or copy), so the codec, which gets Buffers from Node on
 * some paths and not on others, gives out Uint8Arrays only.
 */

/** The same memory without the Buffer around it. */
export function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Gives memory back now instead of at some collection: V8 lets 64 MB of buffers die before it looks. Nobody may use
 * `bytes` or a view on it afterwards; memory that is shared with other buffers is left alone.
 */
export function release({ length, buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && length === buffer.byteLength) buffer.transfer(0);
}

/** Bytes that look random and are the same every time: xorshift32, so that goldens and benchmarks repeat. */
export function pseudoRandomBytes(sizeBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = Math.imul(seed, 2654435761) | 1;
  for (let index = 0; index < sizeBytes; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/**
 * Padmé lengths (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019):
 * the length that a file is padded to, so that its size tells at most O(log log size) bits. Adds at most 12 %.
 */

/** The smallest allowed length that holds `lengthBytes` (a non-negative integer up to 2^52). */
export function padmeLength(lengthBytes: number): number {
  if (!Number.isSafeInteger(lengthBytes) || lengthBytes < 0 || lengthBytes > 2 ** 52) {
    throw new RangeError(`not a length that can be padded: ${lengthBytes}`);
  }
  if (lengthBytes < 2) return lengthBytes;
  const exponent = floorLog2(lengthBytes);
  const keptBits = floorLog2(exponent) + 1;
  const granuleBytes = 2 ** Math.max(0, exponent - keptBits);
  return Math.ceil(lengthBytes / granuleBytes) * granuleBytes;
}

/** Exact for integers, where Math.log2 may round up just below a power of two. */
function floorLog2(value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return high > 0 ? 63 - Math.clz32(high) : 31 - Math.clz32(value);
}

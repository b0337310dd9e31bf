/**
 * The chunker of vault format 1 once more, as plainly as its description: no WebAssembly, no streaming, 64-bit
 * arithmetic in BigInt. Slow on purpose; the product is held against it.
 */
import type { ChunkSizes } from '../../src-worker/codec/gear-scanner.ts';

const MASK = (1n << 64n) - 1n;

function hashBehind(data: Uint8Array, end: number, table: BigUint64Array): bigint {
  let hash = 0n;
  for (const byte of data.subarray(end - 64, end)) hash = ((hash << 1n) + (table[byte] ?? 0n)) & MASK;
  return hash;
}

function nextCut(
  data: Uint8Array,
  start: number,
  { sizes, table }: { sizes: ChunkSizes; table: BigUint64Array },
): number {
  const averageBits = Math.log2(sizes.averageBytes);
  if (data.length - start <= sizes.minBytes) return data.length;
  let hash = hashBehind(data, start + sizes.minBytes - 1, table);
  for (let length = sizes.minBytes; start + length <= data.length; length += 1) {
    hash = ((hash << 1n) + (table[data[start + length - 1] ?? 0] ?? 0n)) & MASK;
    const bits = length <= sizes.averageBytes ? averageBits + 2 : averageBits - 2;
    if (hash < 1n << BigInt(64 - bits) || length === sizes.maxBytes) return start + length;
  }
  return data.length;
}

/** The ends of the chunks of `data`; `tableBytes` are the 2048 bytes of the gear table. */
export function referenceCuts(data: Uint8Array, tableBytes: Uint8Array, sizes: ChunkSizes): number[] {
  const table = new BigUint64Array(tableBytes.slice().buffer);
  if (data.length > 0 && data.length <= 64 * 1024) return [data.length];
  const cuts: number[] = [];
  for (let start = 0; start < data.length; start = cuts.at(-1) ?? 0)
    cuts.push(nextCut(data, start, { sizes, table }));
  return cuts;
}

/**
 * Decides once per thread whether the native ChaCha20-Poly1305 may stand in for the WebAssembly one: only when it
 * agrees with WebAssembly, byte for byte, on lengths around the block sizes. Must not depend on which runtime
 * it believes to be in; it tries.
 */
import {
  createNativeFrameCipher,
  createWasmFrameCipher,
  tagBytes,
  type CipherPath,
  type FrameCipher,
} from './frame-cipher.ts';

/** What was chosen, and why, in words for the log and the diagnostics page. */
export interface AcceleratorChoice {
  readonly path: CipherPath;
  readonly reason: string;
}

/** The choices of this thread. */
export interface Accelerators {
  readonly cipher: AcceleratorChoice;
}

type CreateFrameCipher = (subkey: Uint8Array) => FrameCipher;

const PROBE_LENGTHS = [0, 1, 15, 16, 17, 63, 64, 65, 255, 1024, 4097];

/** Bytes without a pattern that a broken implementation could pass by luck; not random, so that a failure repeats. */
function probeBytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (Math.imul(index + 1, 2654435761) + seed * 97) >>> 13);
}

function probe(native: FrameCipher, wasm: FrameCipher): string | null {
  for (const [index, length] of PROBE_LENGTHS.entries()) {
    const plaintext = probeBytes(length, index);
    const binding = { aad: probeBytes(index * 3, 7), counter: BigInt(index) << 60n };
    const sealed = [native, wasm].map((cipher) => {
      const out = new Uint8Array(length + tagBytes);
      cipher.seal(out, plaintext, binding);
      return Buffer.from(out);
    });
    const [byNative = Buffer.alloc(0), byWasm = Buffer.alloc(1)] = sealed;
    if (!byNative.equals(byWasm)) return `differs from WebAssembly at ${length} bytes`;
    const opened = native.open(byWasm, binding);
    if (opened === null || !Buffer.from(plaintext).equals(opened)) return `does not open ${length} bytes`;
    byWasm[0] = (byWasm[0] ?? 0) ^ 1;
    if (native.open(byWasm, binding) !== null) return 'accepts a forged tag or body';
  }
  return null;
}

/** Tests `createNative` against WebAssembly. Exported so that a test can hand in an implementation that is wrong. */
export function chooseCipher(createNative: CreateFrameCipher = createNativeFrameCipher): AcceleratorChoice {
  const subkey = probeBytes(32, 1);
  try {
    const flaw = probe(createNative(subkey), createWasmFrameCipher(subkey));
    if (flaw === null) return { path: 'native', reason: 'the native cipher passed its self-test' };
    return { path: 'wasm', reason: `the native cipher ${flaw}` };
  } catch (error) {
    const cause = error instanceof Error ? error.message : 'unknown failure';
    return { path: 'wasm', reason: `the runtime has no native cipher: ${cause}` };
  }
}

let chosen: Accelerators | undefined;

/** The choice of this thread; tested on the first call (about a millisecond), remembered afterwards. */
export function selectAccelerators(): Accelerators {
  chosen ??= { cipher: chooseCipher() };
  return chosen;
}

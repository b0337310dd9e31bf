/**
 * Loads libsodium (WebAssembly, the only sodium Holdfast carries) once per thread and lends out its heap, so that
 * hashing and sealing cost one copy in and one copy out and allocate nothing else. Must not keep data between calls:
 * every address it lends is valid until the next call into the codec.
 */
import wrapper from 'libsodium-wrappers-sumo';

/** The functions of the WebAssembly module itself; 64-bit lengths travel as a low and a high half. */
interface RawSodium {
  readonly HEAPU8: Uint8Array;
  _malloc(sizeBytes: number): number;
  _free(address: number): void;
  _crypto_generichash(...args: readonly number[]): number;
  _crypto_generichash_statebytes(): number;
  _crypto_generichash_init(...args: readonly number[]): number;
  _crypto_generichash_update(...args: readonly number[]): number;
  _crypto_generichash_final(...args: readonly number[]): number;
  _crypto_aead_chacha20poly1305_ietf_encrypt_detached(...args: readonly number[]): number;
  _crypto_aead_chacha20poly1305_ietf_decrypt_detached(...args: readonly number[]): number;
}

/** libsodium, ready to use. */
export interface Sodium {
  /** The documented interface: for keys and other small things. */
  readonly api: typeof wrapper;
  /** The bare module: for bulk data. */
  readonly raw: RawSodium;
  readonly heap: SodiumHeap;
}

const SMALL_BYTES = 4096;
const INITIAL_BULK_BYTES = 512 * 1024;

/**
 * Two regions of libsodium's heap: a small one for keys, nonces and digests, and a bulk one that grows to the largest
 * piece seen. WebAssembly memory may move when it grows, so `bytes` must be read after `bulk`, never before.
 */
class SodiumHeap {
  /** Address of the small region, {@link SodiumHeap.smallBytes} long. */
  readonly small: number;
  readonly smallBytes = SMALL_BYTES;
  readonly #raw: RawSodium;
  #bulk = 0;
  #bulkBytes = 0;

  constructor(raw: RawSodium) {
    this.#raw = raw;
    this.small = raw._malloc(SMALL_BYTES);
    this.bulk(INITIAL_BULK_BYTES);
  }

  /** The heap as bytes, at its present place. */
  get bytes(): Uint8Array {
    return this.#raw.HEAPU8;
  }

  /** Address of a region of at least `sizeBytes`; its former content is lost. */
  bulk(sizeBytes: number): number {
    if (sizeBytes > this.#bulkBytes) {
      const grownBytes = 2 ** Math.ceil(Math.log2(sizeBytes));
      if (this.#bulk !== 0) this.#raw._free(this.#bulk);
      this.#bulk = this.#raw._malloc(grownBytes);
      this.#bulkBytes = grownBytes;
      if (this.#bulk === 0) throw new RangeError(`libsodium has no room for ${grownBytes} bytes`);
    }
    return this.#bulk;
  }
}

let loading: Promise<Sodium> | undefined;
let loaded: Sodium | undefined;

async function load(): Promise<Sodium> {
  await wrapper.ready;
  const { libsodium: raw } = wrapper as unknown as { readonly libsodium?: RawSodium };
  if (typeof raw?._crypto_generichash !== 'function') throw new Error('libsodium has lost its raw interface');
  loaded = { api: wrapper, raw, heap: new SodiumHeap(raw) };
  return loaded;
}

/** Compiles libsodium on the first call (about 10 ms) and returns the same instance for ever after. */
export function loadSodium(): Promise<Sodium> {
  loading ??= load();
  return loading;
}

/** The loaded instance, for code that cannot wait. Throws when {@link loadSodium} has not finished in this thread. */
export function loadedSodium(): Sodium {
  if (loaded === undefined) throw new Error('await loadSodium() before using the codec in this thread');
  return loaded;
}

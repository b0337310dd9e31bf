/**
 * What a Storage Vault needs from the place it lies in. Everything in a vault is written once under its final name,
 * so the interface has no overwrite and no rename.
 */
export interface ObjectInfo {
  readonly name: string;
  readonly sizeBytes: number;
}

/** A part of an object: `lengthBytes` bytes from `offsetBytes`. */
export interface ByteRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

/**
 * Guarantees that every store gives, and that the conformance suite checks:
 * - an object appears whole under its name or not at all, also after a crash;
 * - once {@link createIfAbsent} has returned, the object survives a power cut and shows up in {@link list};
 * - of several concurrent creators of one name exactly one gets `created`.
 *
 * Names are relative, `/`-separated, of `[a-z0-9.-]` segments. Failures are `AppError`s with a `store-*` code.
 */
export interface ObjectStore {
  /** Where the store is, for people. */
  readonly location: string;
  /** Names below `prefix` (a folder name ending in `/`, or empty for all), in no particular order. */
  list(prefix: string): AsyncIterable<ObjectInfo>;
  /** The bytes of an object, or of a part of it, in memory that the caller owns; undefined when there is no such object. A short part is an error. */
  read(name: string, range?: ByteRange): Promise<Uint8Array | undefined>;
  /** Writes an object durably unless the name is taken; says which. */
  createIfAbsent(name: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Deletes an object; deleting a missing one is no error. */
  remove(name: string): Promise<void>;
}

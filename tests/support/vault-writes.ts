/**
 * Stands between the product and Node's fs where a vault is written, for this process: what a disk can do to a write, a
 * test does here. Works on the module that everything imports, so the product needs no door for it.
 */
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Byte 9 of a sealed file's header (docs/vault-format.md section 4), and where such files end up. */
const vaultFiles = {
  pack: { fileClass: 1, folder: '/packs/' },
  segment: { fileClass: 2, folder: '/segs/' },
  commit: { fileClass: 3, folder: '/ends/' },
  marker: { fileClass: 4, folder: '/sessions/' },
} as const;
export type VaultFileKind = keyof typeof vaultFiles;

/** What happens at a write. Each may throw what the system call would, or never return. */
export interface VaultWriteHooks {
  /** A file is about to be written aside; `write` does it, whole or in part. */
  readonly writing?: (kind: VaultFileKind, bytes: Uint8Array, write: WritePart) => Promise<void>;
  /** A file that is whole is about to get its name, then has it. */
  readonly linking?: (kind: VaultFileKind) => void;
  readonly linked?: (kind: VaultFileKind) => void;
}

type WritePart = (bytes: Uint8Array) => Promise<void>;

/** From now on, writes of vault files go through `hooks`; the answer ends that. */
export function interceptVaultWrites(hooks: VaultWriteHooks): () => void {
  const { open, link } = fs;
  const { writing, linking, linked } = hooks;
  fs.open = async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    if (flags !== 'wx' || writing === undefined) return file;
    const writeFile = file.writeFile.bind(file);
    file.writeFile = async (data) => {
      const bytes = data as Uint8Array;
      const kind = kindOf(({ fileClass }) => bytes[9] === fileClass);
      if (kind === undefined) await writeFile(bytes);
      else await writing(kind, bytes, writeFile);
    };
    return file;
  };
  fs.link = async (from, to) => {
    const kind = kindOf(({ folder }) => String(to).replaceAll('\\', '/').includes(folder));
    if (kind !== undefined) linking?.(kind);
    await link(from, to);
    if (kind !== undefined) linked?.(kind);
  };
  syncBuiltinESMExports();
  return () => {
    Object.assign(fs, { open, link });
    syncBuiltinESMExports();
  };
}

/** The error that Node's fs gives for `errno`. */
export function systemError(errno: string): Error {
  return Object.assign(new Error(`${errno}: made by a test`), { code: errno });
}

function kindOf(matches: (file: (typeof vaultFiles)[VaultFileKind]) => boolean): VaultFileKind | undefined {
  const kinds = Object.keys(vaultFiles) as VaultFileKind[];
  return kinds.find((kind) => matches(vaultFiles[kind]));
}

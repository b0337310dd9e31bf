/** Gives a whole file its name: a new one that nobody has, or one that is to be replaced. */
import { link, lstat, open, rename, unlink, type FileHandle } from 'node:fs/promises';

/** What a disk without hard links answers: FAT, exFAT, some network shares. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL', 'UNKNOWN']);
const compareBytes = 256 * 1024;

/** Throws EEXIST where `toPath` is there: nothing is written over. */
export async function settleNew(fromPath: string, toPath: string): Promise<void> {
  try {
    await link(fromPath, toPath);
  } catch (error) {
    if (!withoutLinks.has(errnoOf(error))) throw error;
    await moveWithoutLinks(fromPath, toPath);
    return;
  }
  await unlink(fromPath);
}

/** Between look and move, another program could make the name: such a disk offers nothing better that is never torn. */
async function moveWithoutLinks(fromPath: string, toPath: string): Promise<void> {
  const isTaken = await lstat(toPath).then(
    () => true,
    () => false,
  );
  if (isTaken) throw Object.assign(new Error(`${toPath} exists`), { code: 'EEXIST' });
  await rename(fromPath, toPath);
}

/** A crash leaves the old file or the new one, each whole: the new bytes are on the disk before the name is theirs. */
export async function settleOver(fromPath: string, toPath: string): Promise<void> {
  const file = await open(fromPath, 'r+');
  await file.sync().finally(() => file.close());
  await rename(fromPath, toPath);
}

/** Whether two files have the same bytes: their sizes first, then piece by piece. */
export async function haveSameBytes(onePath: string, otherPath: string): Promise<boolean> {
  const [one, other] = [await open(onePath), await open(otherPath).catch(() => undefined)];
  try {
    if (other === undefined) return false;
    const [{ size }, { size: otherSize }] = [await one.stat(), await other.stat()];
    if (size !== otherSize) return false;
    for (let at = 0; at < size; at += compareBytes)
      if (!(await readPiece(one, at)).equals(await readPiece(other, at))) return false;
    return true;
  } finally {
    await one.close();
    await other?.close();
  }
}

async function readPiece(file: FileHandle, at: number): Promise<Buffer> {
  const bytes = Buffer.alloc(compareBytes);
  let readBytes = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, readBytes, compareBytes - readBytes, at + readBytes);
    readBytes += bytesRead;
    if (bytesRead === 0 || readBytes === compareBytes) return bytes.subarray(0, readBytes);
  }
}

const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

/** What lies in a folder after a restore. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Bytes of all files below a folder, by their paths; folders are not told. */
export function filesOf(folderPath: string): Map<string, Buffer> {
  const entries = readdirSync(folderPath, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(paths.sort().map((path) => [relative(folderPath, path), readFileSync(path)]));
}

/** Inode numbers of all files below a folder: another one is another file, whatever its bytes. */
export function inodesOf(folderPath: string): Map<string, number> {
  return new Map([...filesOf(folderPath).keys()].map((path) => [path, statSync(join(folderPath, path)).ino]));
}

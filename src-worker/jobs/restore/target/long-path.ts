/** Paths beyond 260 letters: Windows takes them with a prefix, other systems as they are. */
import { win32 } from 'node:path';

/** An absolute `path` as the system takes it, however long. */
export function longPath(path: string, platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32' ? win32.toNamespacedPath(path) : path;
}

/** Bytes of a whole path that a system takes, with room for the name of a file at its end. */
const longestFolderPath: Readonly<Partial<Record<NodeJS.Platform, number>>> = {
  darwin: 1024 - 300,
  // In letters, of which none is shorter than a byte.
  win32: 32_000,
};
const longestElsewhere = 4096 - 300;

/** False of a folder in which files could not be made for the length of their paths. */
export function isShortEnough(folderPath: string, platform: NodeJS.Platform = process.platform): boolean {
  const longest = longestFolderPath[platform] ?? longestElsewhere;
  return Buffer.byteLength(folderPath) <= longest;
}

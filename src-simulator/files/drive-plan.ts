/**
 * The tree a drive starts with, computed from a seed. Item 0 is the root, then folders (a parent before its children),
 * then files: those of a folder are a contiguous range. Three arrays of numbers by folder are all that is kept.
 */
import { mix } from '../chance.ts';
import { fileFormats } from './file-formats.ts';
import { fileWords, folderWords, notebookNames, strangeNames } from './file-names.ts';

const filesPerFolder = 12;
const namesFolder = 1;
const notebookFolder = 2;
const chainFirst = 3;
const chainLast = 14;
/** A drive with fewer files has no folders of the special kind. */
const leastRichFiles = 40;

/** The tree of one drive at its start. */
export class DrivePlan {
  readonly folderCount: number;
  readonly fileCount: number;
  readonly #seed: number;
  readonly #isRich: boolean;
  readonly #parents: Int32Array;
  /** Folder f holds files [starts[f], starts[f + 1]), counted from the first file. */
  readonly #starts: Int32Array;
  /** Folders in each folder. */
  readonly #folderCounts: Int32Array;

  constructor(seed: number, fileCount: number, isRich: boolean) {
    this.#seed = seed;
    this.fileCount = fileCount;
    this.#isRich = isRich && fileCount >= leastRichFiles;
    const ordinary = fileCount === 0 ? 0 : Math.ceil(fileCount / filesPerFolder);
    this.folderCount = (this.#isRich ? chainLast + 1 : 1) + ordinary;
    this.#parents = Int32Array.from({ length: this.folderCount }, (_, folder) => this.#plannedParent(folder));
    this.#starts = this.#fill();
    this.#folderCounts = new Int32Array(this.folderCount);
    for (const parent of this.#parents)
      if (parent >= 0) this.#folderCounts[parent] = 1 + (this.#folderCounts[parent] ?? 0);
  }

  /** Items at the start, the root included. */
  get itemCount(): number {
    return this.folderCount + this.fileCount;
  }

  isNotebook(item: number): boolean {
    return this.#isRich && item === notebookFolder;
  }

  /** True for the one file that carries malware, in some of the rich drives. */
  isMalware(item: number): boolean {
    return this.#isRich && item === this.itemCount - 1 && mix(this.#seed, 701) % 5 === 0;
  }

  parentOf(item: number): number {
    return item < this.folderCount ? (this.#parents[item] ?? -1) : this.#folderOf(item - this.folderCount);
  }

  /** Planned children: folders, and the range of files. */
  childrenOf(folder: number): { folders: number[]; firstFile: number; endFile: number } {
    const folders: number[] = [];
    this.#parents.forEach((parent, item) => {
      if (parent === folder) folders.push(item);
    });
    const first = this.#starts[folder] ?? this.fileCount;
    const end = this.#starts[folder + 1] ?? first;
    return { folders, firstFile: this.folderCount + first, endFile: this.folderCount + end };
  }

  childCountOf(folder: number): number {
    const files = (this.#starts[folder + 1] ?? 0) - (this.#starts[folder] ?? 0);
    return folder < this.folderCount ? files + (this.#folderCounts[folder] ?? 0) : 0;
  }

  nameOf(item: number): string {
    if (item === 0) return 'root';
    const hash = mix(this.#seed, 702, item);
    return item < this.folderCount ? this.#folderName(item, hash) : this.#fileName(item, hash);
  }

  #fileName(item: number, hash: number): string {
    if (this.isMalware(item)) return 'eicar_test.com';
    const index = item - this.folderCount;
    const folder = this.#folderOf(index);
    const place = index - (this.#starts[folder] ?? 0);
    if (this.#isRich && folder === namesFolder) return strangeNames[place] ?? '';
    if (this.#isRich && folder === notebookFolder) return notebookNames[place] ?? '';
    const word = fileWords[hash % fileWords.length] ?? '';
    const format = fileFormats[(hash >>> 8) % fileFormats.length];
    return `${word} ${index + 1}.${format?.suffix ?? ''}`;
  }

  #folderName(item: number, hash: number): string {
    if (this.#isRich && item === namesFolder) return 'Namen #1 & 100%';
    if (this.#isRich && item === notebookFolder) return 'Notizbuch';
    if (this.#isRich && item <= chainLast) return `Ebene ${item - chainFirst + 1}`;
    return `${folderWords[hash % folderWords.length] ?? ''} ${item}`;
  }

  #plannedParent(folder: number): number {
    if (folder === 0) return -1;
    const hash = mix(this.#seed, 703, folder);
    if (!this.#isRich) return hash % 3 === 0 ? 0 : Math.floor((hash / 2 ** 32) * folder);
    if (folder <= chainFirst) return 0;
    if (folder <= chainLast) return folder - 1;
    return hash % 3 === 0 ? 0 : this.#ordinaryAmong(hash, folder);
  }

  #ordinaryAmong(hash: number, folder: number): number {
    const before = folder - chainLast - 1;
    return before === 0 ? 0 : chainLast + 1 + Math.floor((hash / 2 ** 32) * before);
  }

  #fill(): Int32Array {
    const fixed = (folder: number) => {
      if (!this.#isRich) return 0;
      if (folder === namesFolder) return strangeNames.length;
      return folder === notebookFolder ? notebookNames.length : 0;
    };
    const weight = (folder: number) => (fixed(folder) > 0 ? 0 : 1 + (mix(this.#seed, 704, folder) % 7));
    let sum = 0;
    let free = this.fileCount;
    for (let folder = 0; folder < this.folderCount; folder += 1) {
      sum += weight(folder);
      free -= fixed(folder);
    }
    const starts = new Int32Array(this.folderCount + 1);
    let fixedSoFar = 0;
    let weightSoFar = 0;
    for (let folder = 0; folder < this.folderCount; folder += 1) {
      fixedSoFar += fixed(folder);
      weightSoFar += weight(folder);
      starts[folder + 1] = fixedSoFar + Math.round((free * weightSoFar) / sum);
    }
    return starts;
  }

  #folderOf(file: number): number {
    let low = 0;
    let high = this.folderCount - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle + 1] ?? 0) > file) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * File and folder names that Windows, macOS and Linux all take, from names that people and senders chose. Hostile
 * input is the normal case: path separators, device names, control and direction characters, 400 letters.
 */

/** Longest name in UTF-8 bytes: below the 255 of every file system, with room for " (99)" and an extension. */
const longestNameBytes = 120;

/** Names that Windows gives to devices, with or without an extension. */
const deviceNames = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?$/i;

/**
 * Control characters, line and paragraph separators, characters that Windows forbids, and marks that turn the reading
 * direction around or are not seen at all: with them, a program can look like a picture.
 */
const forbidden =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}<>:"/\\|?*\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

/** A safe name, never empty; `fallback` stands for a name of which nothing is left. */
export function safeFileName(name: string, fallback: string): string {
  const cleaned = cutToBytes(
    name.normalize('NFC').replace(forbidden, '_').replace(/\s+/g, ' ').trim(),
    longestNameBytes,
  )
    // Windows drops trailing dots and spaces, and would then meet another file; a leading dot hides a file elsewhere.
    .replace(/[. ]+$/, '')
    .replace(/^\.+/, '_');
  if (cleaned === '' || /^_+$/.test(cleaned)) return fallback;
  return deviceNames.test(cleaned) ? `_${cleaned}` : cleaned;
}

/** What bears a name: something other than a file or a folder is never used again. */
export type EntryKind = 'file' | 'folder' | 'other';

/** How one of several names begins that belong together: with the stem, and ends with `extension`. */
export interface NameEnd {
  readonly extension: string;
  readonly kind: 'file' | 'folder';
}

/** Gives each name of one folder once, without regard to case, as Windows and macOS compare. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** Where to go on for a name that was asked for before: thousands of messages can bear one name. */
  readonly #numbers = new Map<string, number>();
  readonly #before: ReadonlyMap<string, EntryKind>;
  readonly #beforeKeys: ReadonlySet<string>;

  /**
   * `before` is what the folder had. With `isReused`, such a name is given once more to something of its kind; otherwise
   * it counts as taken.
   */
  constructor(before: ReadonlyMap<string, EntryKind> = new Map(), isReused = false) {
    const reused = isReused ? [...before].filter(([, kind]) => kind !== 'other') : [];
    this.#before = new Map(reused);
    for (const name of before.keys()) if (!this.#before.has(name)) this.#taken.add(name.toLowerCase());
    this.#beforeKeys = new Set(reused.map(([name]) => name.toLowerCase()));
  }

  /** True of a name that was there before and may be used again. */
  wasThere(name: string): boolean {
    return this.#before.has(name);
  }

  /** A name for a file: `name` with `extension`, or with a number before it when that is taken. */
  take(name: string, extension = ''): string {
    return this.takeStem(name, [{ extension, kind: 'file' }]) + extension;
  }

  /** A name for a folder. */
  takeFolder(name: string): string {
    return this.takeStem(name, [{ extension: '', kind: 'folder' }]);
  }

  /** `name`, or with a number behind it, so that it is free with each of `ends`: for what belongs together. */
  takeStem(name: string, ends: readonly NameEnd[]): string {
    const wanted = `${name}${ends.map(({ extension, kind }) => `${extension}/${kind}`).join()}`.toLowerCase();
    for (let number = this.#numbers.get(wanted) ?? 1; ; number += 1) {
      const stem = number === 1 ? name : `${name} (${number})`;
      if (!ends.every((end) => this.#isFree(stem, end))) continue;
      for (const { extension } of ends) this.#taken.add(`${stem}${extension}`.toLowerCase());
      this.#numbers.set(wanted, number + 1);
      return stem;
    }
  }

  /** What was there and differs in case only may be the same file or another one: it is left alone. */
  #isFree(stem: string, { extension, kind }: NameEnd): boolean {
    const name = `${stem}${extension}`;
    const key = name.toLowerCase();
    if (this.#taken.has(key)) return false;
    return !this.#beforeKeys.has(key) || this.#before.get(name) === kind;
  }
}

function cutToBytes(text: string, limitBytes: number): string {
  if (Buffer.byteLength(text) <= limitBytes) return text;
  let cut = '';
  let usedBytes = 0;
  for (const letter of text) {
    usedBytes += Buffer.byteLength(letter);
    if (usedBytes > limitBytes) break;
    cut += letter;
  }
  return cut;
}

/**
 * File and folder names that Windows, macOS and Linux all take, from names that people and senders chose. Hostile
 * input is the normal case: path separators, device names, control and direction characters, 400 letters.
 */

/** Longest name in UTF-8 bytes: below the 255 of every file system, with room for " (99)" and an extension. */
const longestNameBytes = 120;

/** Names that Windows gives to devices, with or without an extension. */
const deviceNames = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$/i;

/** Control characters, characters that Windows forbids, and marks that turn the reading direction around. */
const forbidden = /[\p{Cc}\p{Cs}<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

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

/** Gives each name of one folder once, without regard to case, as Windows and macOS compare. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  /** Where to go on for a name that was asked for before: thousands of messages can bear one name. */
  readonly #numbers = new Map<string, number>();

  /** `name` with `extension`, or with a number before it when that is taken. */
  take(name: string, extension = ''): string {
    return this.takeStem(name, [extension]) + extension;
  }

  /** `name`, or with a number behind it, so that it is free with each of `extensions`: for files that belong together. */
  takeStem(name: string, extensions: readonly string[]): string {
    const wanted = `${name}${extensions.join()}`.toLowerCase();
    for (let number = this.#numbers.get(wanted) ?? 1; ; number += 1) {
      const stem = number === 1 ? name : `${name} (${number})`;
      const keys = extensions.map((extension) => `${stem}${extension}`.toLowerCase());
      if (keys.some((key) => this.#taken.has(key))) continue;
      for (const key of keys) this.#taken.add(key);
      this.#numbers.set(wanted, number + 1);
      return stem;
    }
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

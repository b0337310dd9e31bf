/**
 * JSON for scripts, which people read on terminals too. What JSON leaves as it is and a terminal obeys (control characters
 * of the upper half, marks of the reading direction) is written as an escape, which means the same to every parser.
 */
const obeyed = /[\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function jsonText(facts: unknown): string {
  return JSON.stringify(facts, null, 2).replace(
    obeyed,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Values of headers for people: a value that says it has several lines is no way to write another header. */

/** No subject and no name is longer. */
const longestLine = 4096;

/** `text` on one line, without control characters, cut to what a line can bear. */
export function plainLine(text: string): string {
  return text
    .slice(0, longestLine)
    .toWellFormed()
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}

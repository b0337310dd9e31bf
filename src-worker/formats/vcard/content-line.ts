/**
 * Lines of a vCard: values escaped, lines folded. What is here of RFC 2426 (3.0) holds for RFC 6350 (4.0) as well.
 *
 * Written here and not taken from ical.js: of that library, version 2.2.1 leaves carriage returns in values and
 * semicolons of plain text unescaped, escapes the comma of a `data:` URI in 4.0, and folds ASCII at 76 octets.
 */

import { foldedLine } from '../folded-line.ts';

/** Outlook imports 3.0. */
export type VCardVersion = '3.0' | '4.0';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', ';': '\\;', ',': '\\,', '\n': '\\n' };

/** `head` is name and parameters, `value` is text with line feeds for line breaks. No line for an empty value. */
export function textLine(head: string, value: string): string[] {
  return rawLine(head, escapedText(value));
}

/** A value of several texts, as CATEGORIES has it (RFC 6350, 4: `list`). No line for an empty list. */
export function listLine(head: string, values: readonly string[]): string[] {
  return rawLine(head, values.map(escapedText).join(','));
}

/** A value of parts in an order, as N and ADR have it. No line when all parts are empty. */
export function structuredLine(head: string, parts: readonly string[]): string[] {
  return parts.some((part) => part !== '') ? [`${head}:${parts.map(escapedText).join(';')}`] : [];
}

/** A value that is as it should stand: a URI, a date, base64. No line for an empty value. */
export function rawLine(head: string, value: string): string[] {
  return value === '' ? [] : [`${head}:${value}`];
}

/** The file: every line folded and ended with CRLF. */
export function foldedText(lines: readonly string[]): string {
  return lines.map((line) => `${foldedLine(line)}\r\n`).join('');
}

/** Semicolons too where they would be harmless: 3.0 asks for it, 4.0 allows it (RFC 2426, 4; RFC 6350, 3.4). */
function escapedText(text: string): string {
  return text.replace(/[\\;,\n]/g, (letter) => escapes[letter] ?? letter);
}

/** Which parts of a message are its text, and how they become one (RFC 2046, 5.1.4; RFC 2387). */
import { escapedHtml } from '../html/escaped-html.ts';
import { plainTextOf } from '../plain-text.ts';
import type { MimePart } from './mime-scanner.ts';
import { decodedText } from './text-decoder.ts';

/** A text of a message, without its transfer encoding. */
export interface TextPart {
  readonly part: MimePart;
  readonly pieces: readonly Uint8Array[];
}

/** The text of a message; `text` is that of the HTML where there is no other. */
interface MailBody {
  readonly html: string | null;
  readonly text: string;
  readonly unknownCharsets: number;
}

/** What is shown of one text of a message, in one of its forms or in both. */
interface Passage {
  html?: string;
  text?: string;
}

const textTypes = ['text/html', 'text/plain'];

/** Whether a part is text of the message itself. What has a name, or is attached, is a file, unless there is nothing else. */
export function isBody({ mediaType, isAttachment, hasName, isRoot, isWhole }: MimePart): boolean {
  const isFile = isAttachment || (hasName && !isWhole);
  return textTypes.includes(mediaType) && !isFile && isRoot;
}

export function bodyOf(parts: readonly TextPart[]): MailBody {
  const passages = new Map<string, Passage>();
  let unknownCharsets = 0;
  for (const { part, pieces } of parts) {
    const { text, isKnown } = decodedText(Buffer.concat(pieces), part.charset);
    if (!isKnown) unknownCharsets += 1;
    const key = part.alternative === undefined ? `part ${part.number}` : `alternative ${part.alternative}`;
    const passage = passages.get(key) ?? {};
    passages.set(key, passage);
    const form = part.mediaType === 'text/html' ? 'html' : 'text';
    passage[form] = (passage[form] ?? '') + text;
  }
  const all = [...passages.values()];
  const isHtml = all.some(({ html }) => html !== undefined);
  return {
    html: isHtml ? all.map(htmlOf).join('<hr>\n') : null,
    text: all.map(plainOf).join('\n\n'),
    unknownCharsets,
  };
}

function htmlOf({ html, text = '' }: Passage): string {
  return html ?? `<pre>${escapedHtml(text)}</pre>`;
}

/** Senders who write nothing into the plain form mean the other one. */
function plainOf({ html = '', text = '' }: Passage): string {
  return text.trim() === '' ? plainTextOf(html) : text;
}

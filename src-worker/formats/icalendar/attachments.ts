/**
 * ATTACH (RFC 5545, section 3.8.1.1). The contents stand in the file itself, so that it is whole wherever it goes. A link
 * to a file elsewhere is written where its address is known, which v1.0 of Graph does not tell.
 */
import { contentLine, textValue } from './content-line.ts';
import type { GraphAttachment, GraphOccurrence } from './graph-event.ts';
import { webAddress } from './web-address.ts';

export interface AttachedContent {
  readonly name: string;
  readonly mediaType: string;
  /** Undefined where the file is to name it and not to hold it. */
  readonly bytes: Uint8Array | undefined;
}

const reference = '#microsoft.graph.referenceAttachment';

/** Deals the contents of an event, which come in the order of its lists, out to the event and its exceptions. */
export class AttachmentWriter {
  readonly #contents: readonly AttachedContent[];
  #next = 0;

  constructor(contents: readonly AttachedContent[]) {
    this.#contents = contents;
  }

  /** Lines for what is attached to the event or exception that is next in order. */
  linesOf({ attachments = [] }: GraphOccurrence): string[] {
    return attachments.flatMap((attachment) =>
      attachment['@odata.type'] === reference ? linkLines(attachment) : this.#nextLines(1),
    );
  }

  /** Contents that no list names; an event keeps them rather than lose them. */
  restLines(): string[] {
    return this.#nextLines(this.#contents.length - this.#next);
  }

  #nextLines(count: number): string[] {
    const some = this.#contents.slice(this.#next, this.#next + count);
    this.#next += some.length;
    return some.map((content) => this.#contentLine(content));
  }

  #contentLine({ name, mediaType, bytes }: AttachedContent): string {
    if (bytes === undefined)
      return contentLine('COMMENT', textValue(`The attachment “${name}” is not in this calendar file.`));
    const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    const isMediaType = /^[\w.+-]+\/[\w.+-]+$/.test(mediaType);
    return contentLine('ATTACH', base64, {
      FMTTYPE: isMediaType ? mediaType : undefined,
      ENCODING: 'BASE64',
      VALUE: 'BINARY',
      'X-FILENAME': name === '' ? undefined : name,
    });
  }
}

function linkLines({ name = '', sourceUrl }: GraphAttachment): string[] {
  const address = webAddress(sourceUrl);
  return address === undefined
    ? [contentLine('COMMENT', textValue(`Attached is a link to “${name}”, whose address is not known.`))]
    : [contentLine('ATTACH', address, { 'X-FILENAME': name === '' ? undefined : name })];
}

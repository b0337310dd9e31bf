/**
 * Streams of items, up to twenty in one request (graph facts, section 5). Inside a successful answer every item has a
 * stream or an error of its own.
 */
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { toAppError } from '../../graph/error-map.ts';
import { wordsFor } from '../../graph/error-words.ts';
import { graphPath } from '../../graph/paths.ts';
import { ownBytes } from '../item-parts.ts';
import type { AccountScope } from '../workload.ts';
import type { ExportItem } from './export-item.ts';
import type { MailboxSource } from './mailbox.ts';

/** Microsoft's limit for one request. */
const longestExport = 20;
/** What is asked for at once as far as sizes are known, because an answer is held as a whole. */
const exportBytes = 8 * 1024 * 1024;
const unknownSizeBytes = 1024 * 1024;
/** Exchange Online takes items of up to 150 MB; a stream has more than that, and base64 a third more again. */
const longestAnswerBytes = 384 * 1024 * 1024;

const text = z.string().nullish();
const answerSchema = z.object({
  value: z.array(
    z.object({
      itemId: z.string(),
      data: text,
      error: z.object({ code: text, message: text }).nullish(),
    }),
  ),
});

type Streamed = { readonly bytes: Uint8Array<ArrayBuffer> } | { readonly error: unknown };

/** The streams of one page of items. */
export class PageExport {
  readonly #source: MailboxSource;
  readonly #scope: AccountScope;
  readonly #items: readonly Pick<ExportItem, 'id' | 'size'>[];
  readonly #underWay = new Map<string, Promise<Map<string, Streamed>>>();

  constructor(source: MailboxSource, scope: AccountScope, items: readonly Pick<ExportItem, 'id' | 'size'>[]) {
    this.#source = source;
    this.#scope = scope;
    this.#items = items;
  }

  /** The stream of an item; those behind it in the page come with the same request. Rejects with the item's own error. */
  async streamOf(id: string): Promise<Uint8Array<ArrayBuffer>> {
    const streams = await (this.#underWay.get(id) ?? this.#begin(id));
    const streamed = streams.get(id);
    // Nobody asks for it again, and the next request needs the memory.
    streams.delete(id);
    this.#underWay.delete(id);
    if (streamed === undefined) throw new AppError('response-invalid', wordsFor('response-invalid'));
    if ('error' in streamed) throw streamed.error;
    return streamed.bytes;
  }

  #begin(id: string): Promise<Map<string, Streamed>> {
    const group: string[] = [];
    let sizeBytes = 0;
    for (const item of this.#items.slice(this.#items.findIndex((each) => each.id === id))) {
      sizeBytes += item.size ?? unknownSizeBytes;
      const isFull = group.length === longestExport || sizeBytes > exportBytes;
      if (group.length > 0 && (isFull || this.#underWay.has(item.id))) break;
      group.push(item.id);
    }
    const streams = exportItems(this.#source, this.#scope, group);
    for (const each of group) this.#underWay.set(each, streams);
    return streams;
  }
}

async function exportItems(
  source: MailboxSource,
  scope: AccountScope,
  ids: readonly string[],
): Promise<Map<string, Streamed>> {
  try {
    return await requestStreams(source, scope, ids);
  } catch (error) {
    if (ids.length === 1 || !isAppError(error, 'item-too-large')) throw error;
    // Sizes are what Exchange says; that one is too large must not fail those beside it.
    const streams = new Map<string, Streamed>();
    for (const id of ids) {
      const alone = await exportItems(source, scope, [id]).catch(
        (reason: unknown) => new Map([[id, { error: reason }]]),
      );
      for (const [each, streamed] of alone) streams.set(each, streamed);
    }
    return streams;
  }
}

async function requestStreams(
  source: MailboxSource,
  scope: AccountScope,
  ids: readonly string[],
): Promise<Map<string, Streamed>> {
  const { graph, accountId, signal } = scope;
  const mailbox = await source.idOf(scope);
  if (mailbox === undefined) throw new AppError('item-gone', wordsFor('item-gone'));
  const path = graphPath`/admin/exchange/mailboxes/${mailbox}/exportItems`;
  const { value } = await graph.postJson(
    path,
    { ItemIds: ids },
    {
      schema: answerSchema,
      mailbox: accountId,
      target: 'item',
      maxBytes: longestAnswerBytes,
      version: source.version,
      signal,
    },
  );
  return new Map(value.map((answer) => [answer.itemId, streamedOf(answer)]));
}

function streamedOf({ data, error }: z.infer<typeof answerSchema>['value'][number]): Streamed {
  if (error !== null && error !== undefined) return { error: errorOf(error.code ?? '', error.message ?? '') };
  if (data === null || data === undefined || data === '')
    return { error: new AppError('response-invalid', wordsFor('response-invalid')) };
  return { bytes: ownBytes(data) };
}

/** An error inside an answer has no status; what is not known by its code is taken for trouble that may pass. */
function errorOf(graphCode: string, graphMessage: string): AppError {
  const about = { requestId: '', retryAfterMs: undefined };
  const status = /notfound$/i.test(graphCode) ? 404 : 500;
  return toAppError({ kind: 'answer', status, graphCode, graphMessage, ...about }, 'item', 1);
}

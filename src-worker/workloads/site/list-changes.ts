/**
 * Changes of one list: its definition, then list item delta with all fields. What is attached to an item is fetched with
 * it. Where attachments cannot be read, the position says so; once they can, everything is listed anew, and only the
 * items that lack theirs are fetched again.
 */
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { GapCode } from '../../../src-shared/errors/gap-code.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import type { AccountScope, FetchedContent, ItemChanges, ItemHead } from '../workload.ts';
import { attachmentGap, readAttachments } from './attachments.ts';
import { describeListItem, hasAttachments, hasFields } from './list-item.ts';
import { listHead } from './lists.ts';
import { listCost, listItemKey, listItemPath, listPath, sharePoint } from './site-call.ts';

/** Where a list goes on; `lacking` is an item that was saved without its attachments. */
interface Position {
  readonly link: string;
  readonly lacking: string | undefined;
}

const lackingMark = 'lacking ';

function readPosition(text: string): Position {
  if (!text.startsWith(lackingMark)) return { link: text, lacking: undefined };
  const end = text.indexOf(' ', lackingMark.length);
  return { link: text.slice(end + 1), lacking: text.slice(lackingMark.length, end) };
}

const writePosition = (link: string | undefined, lacking: string | undefined): string | undefined =>
  link === undefined || lacking === undefined ? link : `${lackingMark}${lacking} ${link}`;

/** Pages of changes since `link`, or of all items. Throws `delta-expired` and `collection-gone`. */
export async function* listChanges(
  scope: AccountScope,
  list: string,
  link: string | undefined,
): AsyncIterable<ItemChanges> {
  const start = link === undefined ? undefined : readPosition(link);
  let lacking = start?.lacking;
  if (lacking !== undefined && (await attachmentGap(scope, { list, id: lacking })) === undefined)
    throw new AppError(
      'delta-expired',
      'Attachments of this list can be read now. Its items are listed once more, and those that lack theirs are saved again.',
    );
  yield { changed: [await listHead(scope, list)], removed: [], nextLink: undefined, deltaLink: undefined };
  for await (const page of deltaPages(scope, list, start?.link)) {
    const gap = await gapOf(scope, list, page.changed);
    if (gap !== undefined) lacking ??= page.changed.find(hasAttachments)?.id;
    yield {
      changed: page.changed.map((item) => listItemHead(scope, { list, item, gap })),
      removed: page.removed.map(({ id }) => listItemKey(list, id)),
      nextLink: writePosition(page.nextLink, lacking),
      deltaLink: writePosition(page.deltaLink, lacking),
    };
  }
}

function deltaPages({ graph, signal, ...scope }: AccountScope, list: string, link: string | undefined) {
  const start = link ?? `${listPath({ graph, signal, ...scope }, list)}/items/delta`;
  return graph.deltaPages(start, {
    ...sharePoint,
    schema: rawItemSchema,
    query: { $expand: 'fields' },
    cost: link === undefined ? listCost : 1,
    signal,
  });
}

async function gapOf(
  scope: AccountScope,
  list: string,
  items: readonly RawItem[],
): Promise<GapCode | undefined> {
  const attached = items.find(hasAttachments);
  return attached === undefined ? undefined : attachmentGap(scope, { list, id: attached.id });
}

interface KnownItem {
  readonly list: string;
  readonly item: RawItem;
  readonly gap: GapCode | undefined;
}

function listItemHead(scope: AccountScope, { list, item, gap }: KnownItem): ItemHead {
  const head = describeListItem(item, list, gap);
  if (!hasFields(item)) return head;
  if (!hasAttachments(item)) return { ...head, content: contentOf(item) };
  if (gap !== undefined) return { ...head, fetch: () => Promise.resolve(contentOf(item)) };
  return { ...head, fetch: () => fetchAttached(scope, list, item) };
}

/** An item that was asked for by itself. */
export async function lookedUpItem(scope: AccountScope, list: string, item: RawItem): Promise<ItemHead> {
  return listItemHead(scope, { list, item, gap: await gapOf(scope, list, [item]) });
}

/** In the stored JSON `attachments` is their list, in the order of the parts after the first. */
async function fetchAttached(scope: AccountScope, list: string, item: RawItem): Promise<FetchedContent> {
  const { listed, parts } = await readAttachments(scope, { list, id: item.id });
  return { kind: 'parts', parts: [jsonPart('item.json', { ...item, attachments: listed }), ...parts] };
}

const contentOf = (item: RawItem): FetchedContent => ({
  kind: 'parts',
  parts: [jsonPart('item.json', item)],
});

/** All of an item as it is now. */
export async function fetchListItem(scope: AccountScope, list: string, id: string): Promise<FetchedContent> {
  const { graph, signal } = scope;
  const call = { ...sharePoint, target: 'item' as const, signal };
  const query = { $expand: 'fields' };
  const item = await graph.getJson(listItemPath(scope, list, id), { ...call, query, schema: rawItemSchema });
  if (!hasAttachments(item)) return contentOf(item);
  const gap = await attachmentGap(scope, { list, id });
  return gap === undefined ? fetchAttached(scope, list, item) : contentOf(item);
}

/** Operations on messages: one message, its MIME, and lists by folder or for the whole mailbox. */
import { jsonText, type Answer } from '../http/answer.ts';
import { parseMessageId } from '../mail/ids.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';
import type { UnreadableCause } from '../mail/message-facts.ts';
import { badRequest, graphError, notFound, type GraphCall, type Organization } from './graph-call.ts';
import { messageTags } from '../mail/written-message.ts';
import {
  expandedJson,
  expandedProperties,
  filteredProperty,
  filteredText,
} from '../writes/extended-properties.ts';
import {
  messageJson,
  messageProperty,
  unknownMessageName,
  viewOf,
  type MessageView,
} from './message-json.ts';
import { messagesWith } from './message-search.ts';
import {
  appliedPreferences,
  refuseOptions,
  selectedNames,
  wantsImmutableIds,
  wholeNumber,
} from './query-options.ts';

export interface MessagePlace {
  mailbox: Mailbox;
  id: string;
}

/** The message an id names, if it is there. A mutable id is good only for the place it was made for. */
export function findMessage(mailbox: Mailbox, id: string): MessageState | null {
  const key = parseMessageId(mailbox.world.seed, id);
  if (key?.mailbox !== mailbox.number) return null;
  const state = mailbox.message(key.message);
  if (!state || state.isDeleted || !mailbox.folder(state.folder)) return null;
  return key.moves < 0 || key.moves === state.moves ? state : null;
}

export function badMessageSelect(call: GraphCall): Answer | null {
  const wrong = unknownMessageName(selectedNames(call) ?? []);
  return wrong === undefined
    ? null
    : badRequest(
        call,
        `Parsing OData Select and Expand failed: Could not find a property named '${wrong}' on type 'microsoft.graph.message'.`,
      );
}

/** The extended properties that $expand names: none without $expand, null where it names something else. */
function expandedIds(call: GraphCall): string[] | null {
  const expand = call.query.get('expand');
  return expand === undefined ? [] : expandedProperties(expand);
}

const badExpand = (call: GraphCall) =>
  badRequest(
    call,
    'Parsing OData Select and Expand failed: only singleValueExtendedProperties, filtered by id.',
  );

/** A message with the extended properties asked for. */
function fullJson(view: MessageView, names: readonly string[] | null, properties: readonly string[]): string {
  const json = messageJson(view, names);
  const more = JSON.stringify(expandedJson(properties, (id) => messageProperty(view, id)));
  return more === '{}' ? json : `${json.slice(0, -1)},${more.slice(1)}`;
}

export function getMessage(organization: Organization, call: GraphCall, place: MessagePlace): Answer {
  const refusal = refuseOptions(call, ['select', 'expand']) ?? badMessageSelect(call);
  if (refusal) return refusal;
  const properties = expandedIds(call);
  if (!properties) return badExpand(call);
  const state = findMessage(place.mailbox, place.id);
  if (!state) return notFound(call);
  const view = viewOf(place.mailbox, state, wantsImmutableIds(call));
  return messageAnswer(organization, call, { json: fullJson(view, selectedNames(call), properties) });
}

/** One message as an answer. */
export function messageAnswer(
  organization: Organization,
  call: GraphCall,
  { json, status = 200 }: { json: string; status?: number },
): Answer {
  const context = `{"@odata.context":"${organization.origin()}/v1.0/$metadata#messages/$entity",`;
  return { ...jsonText(context + json.slice(1), status), headers: appliedPreferences(call) };
}

const unreadableAnswers: Readonly<Record<UnreadableCause, { status: number; message: string }>> = {
  ErrorCorruptData: { status: 500, message: 'Data is corrupt.' },
  ErrorInvalidRecipients: { status: 400, message: 'At least one recipient is not valid.' },
  ErrorCannotOpenFileAttachment: {
    status: 500,
    message: 'Cannot open the file attachment., OLE conversion failed for an attachment.',
  },
};

/** The error of a message whose content can never be read, else null. */
export function unreadableAnswer(call: GraphCall, mailbox: Mailbox, number: number): Answer | null {
  const cause = mailbox.unreadableCause(number);
  if (cause === null) return null;
  const { status, message } = unreadableAnswers[cause];
  return graphError(call, status, { code: cause, message });
}

/** GET messages/{id}/$value */
export function getMime(call: GraphCall, place: MessagePlace): Answer {
  const state = findMessage(place.mailbox, place.id);
  if (!state) return notFound(call);
  if (call.query.size > 0) return badRequest(call, 'Query options are not allowed with $value.');
  return (
    unreadableAnswer(call, place.mailbox, state.number) ?? {
      status: 200,
      contentType: 'text/plain',
      body: place.mailbox.render(state),
    }
  );
}

/** GET mailFolders/{id}/messages/{id}/$value, which Microsoft refuses. */
export const refuseFolderMime = (call: GraphCall): Answer =>
  graphError(call, 405, { code: 'ErrorInvalidRequest', message: 'The OData request is not supported.' });

interface ListPlace {
  mailbox: Mailbox;
  path: string;
  /** Folder number; null for all folders. */
  folder: number | null;
}

/** Messages from `skip` on, at most `limit`, newest numbers last. */
function slice(place: ListPlace, skip: number, limit: number): MessageState[] {
  const { mailbox } = place;
  const folders = place.folder === null ? mailbox.folders().map((folder) => folder.number) : [place.folder];
  const found: MessageState[] = [];
  let toSkip = skip;
  for (const folder of folders) {
    const count = mailbox.itemCount(folder);
    if (toSkip >= count) {
      toSkip -= count;
      continue;
    }
    const start = mailbox.page(folder, 0, toSkip);
    const cursor = toSkip === 0 ? 0 : start.next;
    if (cursor !== null) found.push(...mailbox.page(folder, cursor, limit - found.length).messages);
    toSkip = 0;
    if (found.length >= limit) break;
  }
  return found;
}

/** The messages that $filter asks for; null for a filter that is none of those simulated. */
function filtered({ mailbox, folder }: ListPlace, filter: string): MessageState[] | null {
  const messageId = filteredText(filter, 'internetMessageId');
  const wanted =
    messageId === null ? filteredProperty(filter) : { id: messageTags.messageId, value: messageId };
  return wanted && messagesWith(mailbox, folder, wanted);
}

/** The query options that a next link has to repeat. */
const repeatedOptions = (call: GraphCall) =>
  ['select', 'filter', 'expand', 'count']
    .filter((name) => call.query.has(name))
    .map((name) => `$${name}=${encodeURIComponent(call.query.get(name) ?? '')}&`)
    .join('');

function countOf({ mailbox, folder }: ListPlace): number {
  if (folder !== null) return mailbox.itemCount(folder);
  return mailbox.folders().reduce((sum, one) => sum + mailbox.itemCount(one.number), 0);
}

const listOptions = ['select', 'top', 'skip', 'count', 'filter', 'expand'];

export function listMessages(organization: Organization, call: GraphCall, place: ListPlace): Answer {
  const refusal = refuseOptions(call, listOptions) ?? badMessageSelect(call);
  if (refusal) return refusal;
  const filter = call.query.get('filter');
  const matching = filter === undefined ? undefined : filtered(place, filter);
  if (matching === null) return badRequest(call, `The filter '${filter ?? ''}' is not supported.`);
  return pageOfMessages(organization, call, { place, matching });
}

function pageOfMessages(
  organization: Organization,
  call: GraphCall,
  { place, matching }: { place: ListPlace; matching: MessageState[] | undefined },
): Answer {
  const properties = expandedIds(call);
  if (!properties) return badExpand(call);
  const top = wholeNumber(call, 'top', { fallback: 10, minimum: 1, maximum: 1_000 });
  const skip = wholeNumber(call, 'skip', { fallback: 0, minimum: 0, maximum: 999_999_999 });
  if (top === null || skip === null) return badRequest(call, 'Invalid value for $top or $skip.');
  const { mailbox, path } = place;
  const isImmutable = wantsImmutableIds(call);
  const select = selectedNames(call);
  const found = matching ? matching.slice(skip, skip + top + 1) : slice(place, skip, top + 1);
  const items = found
    .slice(0, top)
    .map((state) => fullJson(viewOf(mailbox, state, isImmutable), select, properties));
  const hasMore = found.length > top;
  const total = call.query.get('count') === 'true' ? (matching?.length ?? countOf(place)) : null;
  const parts = [
    `"@odata.context":"${organization.origin()}/v1.0/$metadata#messages"`,
    ...(total === null ? [] : [`"@odata.count":${total}`]),
    `"value":[${items.join(',')}]`,
    ...(hasMore
      ? [
          `"@odata.nextLink":"${organization.origin()}/v1.0/${path}?${repeatedOptions(call)}$top=${top}&$skip=${skip + top}"`,
        ]
      : []),
  ];
  return { ...jsonText(`{${parts.join(',')}}`), headers: appliedPreferences(call) };
}

export const countMessages = (call: GraphCall, place: { mailbox: Mailbox; folder: number }): Answer =>
  refuseOptions(call, []) ?? {
    status: 200,
    contentType: 'text/plain',
    body: String(place.mailbox.itemCount(place.folder)),
  };

/** Operations on messages: one message, its MIME, and lists by folder or for the whole mailbox. */
import { jsonText, type Answer } from '../http/answer.ts';
import { parseMessageId } from '../mail/ids.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';
import { unreadableCause, type UnreadableCause } from '../mail/message-facts.ts';
import { badRequest, graphError, notFound, type GraphCall, type Organization } from './graph-call.ts';
import { messageJson, unknownMessageName, viewOf } from './message-json.ts';
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

export function getMessage(organization: Organization, call: GraphCall, place: MessagePlace): Answer {
  const refusal = refuseOptions(call, ['select']) ?? badMessageSelect(call);
  if (refusal) return refusal;
  const state = findMessage(place.mailbox, place.id);
  if (!state) return notFound(call);
  const json = messageJson(viewOf(place.mailbox, state, wantsImmutableIds(call)), selectedNames(call));
  const context = `{"@odata.context":"${organization.origin()}/v1.0/$metadata#messages/$entity",`;
  return { ...jsonText(context + json.slice(1)), headers: appliedPreferences(call) };
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
  const cause = unreadableCause(mailbox.world, mailbox.number, number);
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

export function listMessages(organization: Organization, call: GraphCall, place: ListPlace): Answer {
  const refusal = refuseOptions(call, ['select', 'top', 'skip', 'count']) ?? badMessageSelect(call);
  if (refusal) return refusal;
  const top = wholeNumber(call, 'top', { fallback: 10, minimum: 1, maximum: 1_000 });
  const skip = wholeNumber(call, 'skip', { fallback: 0, minimum: 0, maximum: 999_999_999 });
  if (top === null || skip === null) return badRequest(call, 'Invalid value for $top or $skip.');
  const { mailbox, path } = place;
  const isImmutable = wantsImmutableIds(call);
  const select = selectedNames(call);
  const found = slice(place, skip, top + 1);
  const items = found.slice(0, top).map((state) => messageJson(viewOf(mailbox, state, isImmutable), select));
  const url = `${organization.origin()}/v1.0/${path}`;
  const total =
    place.folder === null
      ? mailbox.folders().reduce((sum, folder) => sum + mailbox.itemCount(folder.number), 0)
      : mailbox.itemCount(place.folder);
  const count = call.query.get('count') === 'true' ? `"@odata.count":${total},` : '';
  const next =
    found.length > top
      ? `,"@odata.nextLink":"${url}?${select ? `$select=${select.join(',')}&` : ''}$top=${top}&$skip=${skip + top}"`
      : '';
  const body = `{"@odata.context":"${organization.origin()}/v1.0/$metadata#messages",${count}"value":[${items.join(',')}]${next}}`;
  return { ...jsonText(body), headers: appliedPreferences(call) };
}

export const countMessages = (call: GraphCall, place: { mailbox: Mailbox; folder: number }): Answer =>
  refuseOptions(call, []) ?? {
    status: 200,
    contentType: 'text/plain',
    body: String(place.mailbox.itemCount(place.folder)),
  };

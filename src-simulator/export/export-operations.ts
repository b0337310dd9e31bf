/**
 * The import and export interface of Exchange over the mail of the mailboxes: ids of its own, a flat list of folders, a
 * delta of items per folder, and up to twenty streams a request with an error for each item that has none. It counts
 * against the limits of the mailbox like all of Outlook.
 */
import { createHash } from 'node:crypto';
import type { Person } from '../directory/people.ts';
import {
  deltaLink,
  expiredAnswer,
  nextLink,
  readToken,
  tokenProblem,
  type DeltaToken,
} from '../graph/delta-token.ts';
import { noSuchFolder } from '../graph/folder-operations.ts';
import {
  badRequest,
  notFound,
  refuseMethod,
  type GraphCall,
  type Organization,
  type Route,
} from '../graph/graph-call.ts';
import { noMailbox, noSuchMailUser } from '../graph/mailbox-problems.ts';
import { appliedPreferences, preferredPageSize, refuseOptions } from '../graph/query-options.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import { pack, unpack } from '../mail/ids.ts';
import type { FolderState, Mailbox, MessageState } from '../mail/mailbox.ts';

const itemPrefix = 'RgAAAABexport';
const folderPrefix = 'LgAAAABexport';
const folderMark = 0xe49f;
const longestExport = 20;
const foldersOfPage = 10;

function folderId({ world, number }: Mailbox, folder: number): string {
  return folderPrefix + pack(world.seed, [number, folder, folderMark]);
}

/** Another one after every move, as all ids of Exchange but the immutable ones. */
function itemId({ world, number }: Mailbox, message: Pick<MessageState, 'number' | 'moves'>): string {
  return itemPrefix + pack(world.seed, [number, message.number, message.moves]);
}

function folderOf(mailbox: Mailbox, id: string): FolderState | null {
  const parts = id.startsWith(folderPrefix)
    ? unpack(mailbox.world.seed, id.slice(folderPrefix.length))
    : null;
  const isHere = parts?.[0] === mailbox.number && parts[2] === folderMark;
  return isHere ? mailbox.folder(parts[1]) : null;
}

function messageOf(mailbox: Mailbox, id: string): MessageState | null {
  const parts = id.startsWith(itemPrefix) ? unpack(mailbox.world.seed, id.slice(itemPrefix.length)) : null;
  const state = parts?.[0] === mailbox.number ? mailbox.message(parts[1]) : null;
  return state && !state.isDeleted && state.moves === parts?.[2] ? state : null;
}

/** What a stream holds beside the message: here the flag that no MIME has. */
function streamOf(mailbox: Mailbox, state: MessageState): Buffer {
  const head = Buffer.from(`FTS1 read=${String(state.isRead)} version=${state.version}\n`);
  return Buffer.concat([head, ...mailbox.render(state)]);
}

function itemJson(mailbox: Mailbox, state: MessageState): object {
  const { receivedMs } = mailbox.describe(state);
  const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  return {
    id: itemId(mailbox, state),
    changeKey: Buffer.from(`${mailbox.number}.${state.number}.${state.changedAt}`).toString('base64'),
    createdDateTime: iso(receivedMs),
    lastModifiedDateTime: iso(mailbox.modifiedMs(state.changedAt, receivedMs)),
    size: mailbox.render(state).reduce((sum, { length }) => sum + length, 0),
    type: 'IPM.Note',
  };
}

/** A call about one mailbox; `path` is that below the version. */
interface Place {
  readonly organization: Organization;
  readonly call: GraphCall;
  readonly mailbox: Mailbox;
  readonly version: 'v1.0' | 'beta';
  readonly path: string;
}

const area = 'mailbox-export';

/** Links go on in the version that was asked. */
function linkIn(version: Place['version'], link: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(link).map(([name, url]) => [name, url.replace('/v1.0/', `/${version}/`)]),
  );
}

function folderJson(mailbox: Mailbox, folder: FolderState): object {
  return {
    id: folderId(mailbox, folder.number),
    displayName: folder.name,
    parentFolderId: folderId(mailbox, Math.max(folder.parent, 0)),
    childFolderCount: mailbox.children(folder.number).length,
    totalItemCount: mailbox.itemCount(folder.number),
    type: 'IPF.Note',
  };
}

function listFolders({ organization, call, mailbox, version, path }: Place): Answer {
  const refusal = refuseOptions(call, ['skiptoken']);
  if (refusal) return refusal;
  const first = Number(call.query.get('skiptoken') ?? 0);
  const all = mailbox.folders();
  const end = first + foldersOfPage;
  const next = `${organization.origin()}/${version}/${path}?$skiptoken=${end}`;
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#Collection(mailboxFolder)`,
      ...(end < all.length ? { '@odata.nextLink': next } : {}),
      value: all.slice(first, end).map((folder) => folderJson(mailbox, folder)),
    }),
  );
}

function itemDelta({ organization, call, mailbox, version, path }: Place, folder: number): Answer {
  const refusal = refuseOptions(call, ['skiptoken', 'deltatoken']);
  if (refusal) return refusal;
  const known = readToken(call, 'messages');
  if (known === 'broken' || (known && (known.area !== area || known.folder !== folder)))
    return tokenProblem(call);
  if (known && known.age !== mailbox.tokenAge) return expiredAnswer(organization, call, path);
  const start = { kind: 'messages', area, age: mailbox.tokenAge, select: null, folder } as const;
  const token: DeltaToken = known ?? { ...start, since: mailbox.changeCount, cursor: 0 };
  const page = pageOf(mailbox, folder, { token, size: preferredPageSize(call) ?? 50 });
  const link = page.isLast
    ? deltaLink(organization, path, page.after)
    : nextLink(organization, path, page.after);
  const context = `${organization.origin()}/v1.0/$metadata#Collection(mailboxItem)`;
  return {
    ...jsonText(JSON.stringify({ '@odata.context': context, ...linkIn(version, link), value: page.value })),
    headers: appliedPreferences(call),
  };
}

function pageOf(
  mailbox: Mailbox,
  folder: number,
  { token, size }: { token: DeltaToken; size: number },
): { value: object[]; after: DeltaToken; isLast: boolean } {
  if (token.cursor >= 0) {
    const { messages, next } = mailbox.page(folder, token.cursor, size);
    const value = messages.map((state) => itemJson(mailbox, state));
    return { value, after: { ...token, cursor: next ?? -1 }, isLast: next === null };
  }
  const changes = mailbox.changesSince(folder, token.since);
  const taken = changes.slice(0, size);
  const isLast = changes.length <= size;
  const since = isLast ? mailbox.changeCount : (taken.at(-1)?.at ?? token.since);
  const value = taken.map(({ state, movesHere }) =>
    !state.isDeleted && state.folder === folder
      ? itemJson(mailbox, state)
      : {
          id: itemId(mailbox, { number: state.number, moves: movesHere }),
          '@removed': { reason: 'deleted' },
        },
  );
  return { value, after: { ...token, since }, isLast };
}

function getItem({ organization, call, mailbox }: Place, folder: number, id: string): Answer {
  const state = messageOf(mailbox, id);
  if (state?.folder !== folder) return notFound(call);
  const context = `${organization.origin()}/v1.0/$metadata#mailboxItem/$entity`;
  return jsonText(JSON.stringify({ '@odata.context': context, ...itemJson(mailbox, state) }));
}

function exportItems({ organization, call, mailbox }: Place): Answer {
  const body = (call.body ?? {}) as Readonly<Record<string, unknown>>;
  const ids = body['ItemIds'] ?? body['itemIds'];
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > longestExport)
    return badRequest(call, `ItemIds must name between 1 and ${longestExport} items.`);
  const value = (ids as unknown[]).map(String).map((id) => {
    const state = messageOf(mailbox, id);
    const fault = (code: string): object => ({
      itemId: id,
      error: { code, message: 'The item was not exported.' },
    });
    if (!state) return fault('ErrorItemNotFound');
    if (mailbox.unreadableCause(state.number) !== null) return fault('ErrorCorruptData');
    const data = streamOf(mailbox, state).toString('base64');
    return { itemId: id, changeKey: `key ${state.changedAt}`, data };
  });
  const context = `${organization.origin()}/v1.0/$metadata#Collection(exportItemResponse)`;
  return jsonText(JSON.stringify({ '@odata.context': context, value }));
}

type Found = Pick<Route, 'operation' | 'role' | 'run' | 'about'> & { readonly method?: 'POST' };

function operationOf(place: Place, rest: readonly string[]): Found | null {
  const { call, mailbox } = place;
  const prefix = 'admin.exchange.mailboxes.';
  const [first, folderName = '', part, item] = rest;
  if (first === 'exportItems' && rest.length === 1)
    return {
      operation: `${prefix}exportItems`,
      role: 'MailboxItem.Export.All',
      method: 'POST',
      run: () => exportItems(place),
    };
  if (first !== 'folders') return null;
  if (rest.length === 1)
    return {
      operation: `${prefix}ListFolders`,
      role: 'MailboxFolder.Read.All',
      run: () => listFolders(place),
    };
  if (part !== 'items' || item === undefined || rest.length !== 4) return null;
  const inFolder = (run: (folder: number) => Answer) => () => {
    const folder = folderOf(mailbox, folderName);
    return folder ? run(folder.number) : noSuchFolder(call);
  };
  const role = 'MailboxItem.Read.All';
  return item === 'delta'
    ? {
        operation: `${prefix}folders.items.delta`,
        role,
        about: 'container',
        run: inFolder((folder) => itemDelta(place, folder)),
      }
    : {
        operation: `${prefix}folders.GetItems`,
        role,
        about: 'item',
        run: inFolder((folder) => getItem(place, folder, item)),
      };
}

/** The route of a call about a mailbox; `rest` is what follows the id of the mailbox. */
export function exportRoute(
  organization: Organization,
  call: GraphCall,
  about: { person: Person; mailbox: Mailbox; version: Place['version']; segments: readonly string[] },
): Route | null {
  const { person, mailbox, version, segments } = about;
  const path = segments.map((segment) => encodeURIComponent(segment)).join('/');
  const found = operationOf({ organization, call, mailbox, version, path }, segments.slice(4));
  if (!found) return null;
  const { method = 'GET', ...route } = found;
  const base = { ...route, person, isMail: true };
  return call.method === method ? base : { ...base, run: () => refuseMethod(call) };
}

export const isExchangeSettings = (segments: readonly string[]): boolean =>
  segments.length === 4 &&
  segments[0] === 'users' &&
  segments[2] === 'settings' &&
  segments[3] === 'exchange';

export const isExchangeMailbox = ([first, second, third]: readonly string[]): boolean =>
  first === 'admin' && second === 'exchange' && third === 'mailboxes';

/** GET /users/{id}/settings/exchange. */
export function settingsRoute(
  organization: Organization,
  call: GraphCall,
  { user, idsOf }: { user: string; idsOf: (person: Person) => Readonly<Record<string, string | null>> },
): Route {
  const person = organization.directory.find(user);
  const base = { operation: 'users.settings.GetExchange', role: 'MailboxItem.Read.All', person };
  if (!person) return { ...base, isMail: false, run: () => noSuchMailUser(call, user) };
  const context = `${organization.origin()}/v1.0/$metadata#users('${person.id}')/settings/exchange/$entity`;
  const run = (): Answer =>
    person.mailbox === 'cloud'
      ? (refuseOptions(call, ['select']) ??
        jsonText(JSON.stringify({ '@odata.context': context, ...idsOf(person) })))
      : noMailbox(call, person);
  return { ...base, isMail: true, run };
}

/** What a mailbox holds, a line each. */
export function* exportTruth(mailbox: Mailbox): Generator<object> {
  for (const folder of mailbox.folders()) {
    const containerId = folderId(mailbox, folder.number);
    yield { kind: 'mailboxFolder', id: containerId, displayName: folder.name };
    for (let cursor: number | null = 0; cursor !== null;) {
      const page: ReturnType<Mailbox['page']> = mailbox.page(folder.number, cursor, 200);
      for (const state of page.messages)
        yield {
          kind: 'mailboxItem',
          id: itemId(mailbox, state),
          containerId,
          sha256: createHash('sha256').update(streamOf(mailbox, state)).digest('hex'),
          unreadable: mailbox.unreadableCause(state.number),
        };
      cursor = page.next;
    }
  }
}

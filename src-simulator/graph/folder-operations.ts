/** Operations on mail folders: listing, one folder, children, and the delta of the whole tree. */
import { jsonText, type Answer } from '../http/answer.ts';
import { folderId, parseFolderId } from '../mail/ids.ts';
import type { FolderState, Mailbox } from '../mail/mailbox.ts';
import {
  deltaLink,
  expiredAnswer,
  nextLink,
  readToken,
  tokenProblem,
  type DeltaToken,
} from './delta-token.ts';
import { badRequest, graphError, notFound, type GraphCall, type Organization } from './graph-call.ts';
import {
  appliedPreferences,
  preferredPageSize,
  refuseOptions,
  selectedNames,
  wholeNumber,
} from './query-options.ts';

type Properties = Readonly<Record<string, (mailbox: Mailbox, folder: FolderState) => unknown>>;

const idOf = (mailbox: Mailbox, folder: number) => folderId(mailbox.world.seed, mailbox.number, folder);

const properties: Properties = {
  id: (mailbox, folder) => idOf(mailbox, folder.number),
  displayName: (_mailbox, folder) => folder.name,
  parentFolderId: (mailbox, folder) =>
    folder.parent < 0 ? idOf(mailbox, 0x7fffffff) : idOf(mailbox, folder.parent),
  childFolderCount: (mailbox, folder) => mailbox.children(folder.number).length,
  unreadItemCount: (mailbox, folder) => mailbox.unreadCount(folder.number),
  totalItemCount: (mailbox, folder) => mailbox.itemCount(folder.number),
  isHidden: (_mailbox, folder) => folder.isHidden,
};

export function folderJson(
  mailbox: Mailbox,
  folder: FolderState,
  select: readonly string[] | null,
): Record<string, unknown> {
  const names = select ? ['id', ...select.filter((name) => name !== 'id')] : Object.keys(properties);
  return Object.fromEntries(names.map((name) => [name, properties[name]?.(mailbox, folder)]));
}

function badSelect(call: GraphCall): Answer | null {
  const wrong = selectedNames(call)?.find((name) => !Object.hasOwn(properties, name));
  return wrong === undefined
    ? null
    : badRequest(call, `Could not find a property named '${wrong}' on type 'microsoft.graph.mailFolder'.`);
}

/** A folder by id or well-known name; null when there is none. */
export function findFolder(mailbox: Mailbox, idOrName: string): FolderState | null {
  const named = mailbox.wellKnown(idOrName);
  const number = named >= 0 ? named : parseFolderId(mailbox.world.seed, mailbox.number, idOrName);
  return number < 0 ? null : mailbox.folder(number);
}

const showsHidden = (call: GraphCall) => call.query.get('includehiddenfolders')?.toLowerCase() === 'true';

/** Children of a folder (the root for /mailFolders), in pages of $top (default 10). */
export function listFolders(
  organization: Organization,
  call: GraphCall,
  place: { mailbox: Mailbox; parent: number; path: string },
): Answer {
  const refusal =
    refuseOptions(call, ['select', 'top', 'skip', 'count', 'includehiddenfolders']) ?? badSelect(call);
  if (refusal) return refusal;
  const top = wholeNumber(call, 'top', { fallback: 10, minimum: 1, maximum: 1_000 });
  const skip = wholeNumber(call, 'skip', { fallback: 0, minimum: 0, maximum: 1_000_000 });
  if (top === null || skip === null) return badRequest(call, 'Invalid value for $top or $skip.');
  const { mailbox, parent, path } = place;
  const all = mailbox.children(parent).filter((folder) => showsHidden(call) || !folder.isHidden);
  const select = selectedNames(call);
  const options = [...call.query]
    .filter(([name]) => name !== 'skip' && name !== 'top')
    .map(
      ([name, value]) =>
        `${name === 'includehiddenfolders' ? 'includeHiddenFolders' : `$${name}`}=${encodeURIComponent(value)}`,
    );
  const next = `${organization.origin()}/v1.0/${path}?${[...options, `$top=${top}`, `$skip=${skip + top}`].join('&')}`;
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#${path}`,
      ...(call.query.get('count') === 'true' ? { '@odata.count': all.length } : {}),
      value: all.slice(skip, skip + top).map((folder) => folderJson(mailbox, folder, select)),
      ...(skip + top < all.length ? { '@odata.nextLink': next } : {}),
    }),
  );
}

export function getFolder(
  organization: Organization,
  call: GraphCall,
  place: { mailbox: Mailbox; id: string },
): Answer {
  const refusal = refuseOptions(call, ['select', 'includehiddenfolders']) ?? badSelect(call);
  if (refusal) return refusal;
  const folder = findFolder(place.mailbox, place.id);
  if (!folder) return notFound(call);
  return jsonText(
    JSON.stringify({
      '@odata.context': `${organization.origin()}/v1.0/$metadata#mailFolders/$entity`,
      ...folderJson(place.mailbox, folder, selectedNames(call)),
    }),
  );
}

interface FolderPage {
  value: unknown[];
  after: DeltaToken;
  isLast: boolean;
}

function folderEnumeration(mailbox: Mailbox, token: DeltaToken, size: number): FolderPage {
  const folders = mailbox
    .folders()
    .filter(({ number, isHidden }) =>
      token.isHiddenShown === true ? !mailbox.isRecoverable(number) : !isHidden,
    );
  const end = token.cursor + size;
  const isLast = end >= folders.length;
  const value = folders.slice(token.cursor, end).map((folder) => folderJson(mailbox, folder, token.select));
  return { value, after: { ...token, cursor: isLast ? -1 : end }, isLast };
}

/** Changed folders come in one page however many they are. */
function folderChanges(mailbox: Mailbox, token: DeltaToken): FolderPage {
  const value = mailbox.folderChangesSince(token.since).map((number) => {
    const folder = mailbox.folder(number);
    return folder
      ? folderJson(mailbox, folder, token.select)
      : { id: idOf(mailbox, number), '@removed': { reason: 'deleted' } };
  });
  return { value, after: { ...token, since: mailbox.changeCount }, isLast: true };
}

/** Delta of all folders of a mailbox: the whole tree first, then renamed, moved, new and deleted folders. */
export function folderDelta(
  organization: Organization,
  call: GraphCall,
  place: { mailbox: Mailbox; path: string },
): Answer {
  const refusal =
    refuseOptions(call, ['select', 'skiptoken', 'deltatoken', 'includehiddenfolders']) ?? badSelect(call);
  if (refusal) return refusal;
  const { mailbox, path } = place;
  const known = readToken(call, 'folders');
  if (known === 'broken') return tokenProblem(call);
  if (known && known.age !== mailbox.tokenAge) return expiredAnswer(organization, call, path);
  const token: DeltaToken = known ?? {
    kind: 'folders',
    age: mailbox.tokenAge,
    since: mailbox.changeCount,
    cursor: 0,
    select: selectedNames(call),
    isHiddenShown: showsHidden(call),
  };
  const page =
    token.cursor >= 0
      ? folderEnumeration(mailbox, token, preferredPageSize(call) ?? 100)
      : folderChanges(mailbox, token);
  const link = page.isLast
    ? deltaLink(organization, path, page.after)
    : nextLink(organization, path, page.after);
  const context = `${organization.origin()}/v1.0/$metadata#Collection(mailFolder)`;
  return {
    ...jsonText(JSON.stringify({ '@odata.context': context, ...link, value: page.value })),
    headers: appliedPreferences(call),
  };
}

/** 404 of a folder that is not there (any more). */
export const noSuchFolder = (call: GraphCall): Answer =>
  graphError(call, 404, {
    code: 'ErrorItemNotFound',
    message:
      'The specified object was not found in the store., The specified folder could not be found in the store.',
  });

/**
 * The earlier versions of a file, by choice. Each is an item of its own that belongs to the file: what Microsoft 365 once
 * called a version never changes, so it is fetched once, and a file that changed costs one list and one new version.
 */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { FileVersions } from '../../../src-shared/model/protected-item.ts';
import { graphPath } from '../../graph/paths.ts';
import { wordsFor } from '../../graph/error-words.ts';
import { listed, shorten } from '../item-info.ts';
import type { AccountScope, Belongings, FetchedContent, ItemHead, LookedUpItem } from '../workload.ts';
import {
  hasSameHistory,
  isFolder,
  itemKey,
  splitKey,
  versionOf,
  versionsPrefix,
  type DriveItem,
} from './drive-item.ts';
import { readItem } from './file-content.ts';

/** SharePoint keeps no more of one file. */
const longestHistory = 50_000;
/** Resource units of a list (graph facts, section 2). */
const listCost = 2;

const text = z.string().nullish().catch(undefined);
const versionSchema = z.object({
  id: z.string().min(1).max(128),
  size: z.number().int().nonnegative().nullish().catch(undefined),
  lastModifiedDateTime: text,
  lastModifiedBy: z
    .object({ user: z.object({ displayName: text }).nullish() })
    .nullish()
    .catch(undefined),
});
type FileVersion = z.infer<typeof versionSchema>;

/** A file, by the ids that lead to it and the name it has now. */
interface FilePlace {
  readonly driveId: string;
  readonly itemId: string;
  readonly name: string;
}

function versionsOf({ files }: AccountScope): FileVersions {
  return files?.versions ?? 'current';
}

/** The item as it is saved under the choice of versions. */
export function withVersionsMark(scope: AccountScope, item: DriveItem): DriveItem {
  return isFolder(item) ? item : { ...item, versionsMark: versionsMark(scope) };
}

/** Stands for the choice, in versions of files and before positions of drives; nothing for the present version alone. */
export function versionsMark(scope: AccountScope): string | undefined {
  const versions = versionsOf(scope);
  return versions === 'current' ? undefined : `${versionsPrefix}${versions}`;
}

/** The id of the file that a version belongs to; undefined for an id of a file or folder. */
export function fileOfVersion(key: string): string | undefined {
  const [driveId = '', itemId = '', versionId] = key.split('/');
  return versionId === undefined ? undefined : itemKey(driveId, itemId);
}

/** The versions that belong to an item, which may be none: where the choice is another than before, those end. */
export function versionsBelow(scope: AccountScope, driveId: string, item: DriveItem): Belongings {
  const now = versionOf(item);
  const isWanted = versionsOf(scope) !== 'current' && !isFolder(item);
  return {
    isAsOf: (before) => hasSameHistory(before, now),
    list: async () =>
      isWanted ? listVersions(scope, { driveId, itemId: item.id, name: item.name ?? '' }) : [],
  };
}

/** Items that are versions, asked for file by file: only a list without one says that it is gone. */
export async function* lookUpVersions(
  scope: AccountScope,
  keys: readonly string[],
): AsyncIterable<LookedUpItem> {
  const byFile = Map.groupBy(keys, (key) => fileOfVersion(key) ?? '');
  for (const [file, wanted] of byFile) {
    try {
      const heads = new Map((await readHeads(scope, file)).map((head) => [head.id, head]));
      for (const id of wanted) {
        const head = heads.get(id);
        yield head === undefined ? { id, isGone: true } : { id, head };
      }
    } catch (error) {
      for (const id of wanted) yield { id, error };
    }
  }
}

async function readHeads(scope: AccountScope, file: string): Promise<ItemHead[]> {
  if (versionsOf(scope) === 'current') return [];
  const { driveId, itemId } = splitKey(file);
  const { name } = await readItem(scope, driveId, itemId);
  return listVersions(scope, { driveId, itemId, name: name ?? '' });
}

async function listVersions(scope: AccountScope, file: FilePlace): Promise<ItemHead[]> {
  const versions = versionsOf(scope);
  const earlier = withoutCurrent(await readVersions(scope, file));
  const wanted = typeof versions === 'number' ? earlier.slice(0, versions) : earlier;
  return wanted.map((version) => headOf(scope, file, version));
}

/** Each version once, the newest first, as Microsoft 365 lists them. */
async function readVersions({ graph, signal }: AccountScope, { driveId, itemId }: FilePlace) {
  const found = new Map<string, FileVersion>();
  const call = { service: 'sharepoint', target: 'item', cost: listCost, signal } as const;
  const path = graphPath`/drives/${driveId}/items/${itemId}/versions`;
  for await (const page of graph.pages(path, { ...call, schema: versionSchema })) {
    for (const version of page) found.set(version.id, version);
    if (found.size >= longestHistory) break;
  }
  return [...found.values()].sort((a, b) => numberOf(b) - numberOf(a));
}

/** Ids are numbers that grow with every version (`3.0`); where they are not, the order is the list's. */
function numberOf({ id }: FileVersion): number {
  const [, major = '0', minor = '0'] = /^(\d{1,7})\.(\d{1,7})$/.exec(id) ?? [];
  return Number(major) * 10_000_000 + Number(minor);
}

/** The newest version is what the file is now, and Microsoft 365 gives it as the file only (graph facts, section 7). */
function withoutCurrent(versions: readonly FileVersion[]): readonly FileVersion[] {
  return versions.slice(1);
}

function headOf(scope: AccountScope, file: FilePlace, version: FileVersion): ItemHead {
  const { driveId, itemId, name } = file;
  const { id, size, lastModifiedDateTime: modified, lastModifiedBy } = version;
  const key = itemKey(driveId, itemId);
  return {
    id: `${key}/${encodeURIComponent(id)}`,
    collection: driveId,
    version: `${size ?? ''} ${modified ?? ''}`,
    title: shorten(`${name} (version ${id})`) ?? '',
    info: listed({
      name,
      versionOf: key,
      versionId: id,
      modified,
      author: shorten(lastModifiedBy?.user?.displayName),
      size,
    }),
    fetch: () => Promise.resolve(versionContent(scope, file, version)),
  };
}

/** Of versions, Microsoft 365 tells no hash; their size is what can be checked. */
function versionContent(scope: AccountScope, { driveId, itemId }: FilePlace, version: FileVersion) {
  const { id, size } = version;
  if (typeof size !== 'number')
    throw new AppError('response-invalid', wordsFor('response-invalid'), { details: { field: 'size' } });
  if (size === 0) return { kind: 'bytes', bytes: new Uint8Array(0) } satisfies FetchedContent;
  const { graph, signal } = scope;
  const path = graphPath`/drives/${driveId}/items/${itemId}/versions/${id}/content`;
  const freshUrl = () => graph.getRedirect(path, { service: 'sharepoint', target: 'item', signal });
  return {
    kind: 'stream',
    sizeBytes: size,
    pieces: graph.download({ url: undefined, freshUrl, sizeBytes: size }, signal),
    version: `${size} ${version.lastModifiedDateTime ?? ''}`,
  } satisfies FetchedContent;
}

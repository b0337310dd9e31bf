/** What is kept of a file or folder beside its bytes: where it lies, and what lists show. */
import { z } from 'zod';
import type { GapCode } from '../../../src-shared/errors/gap-code.ts';
import { listed, shorten } from '../item-info.ts';
import type { ItemHead } from '../workload.ts';
import type { Sharing } from './sharing.ts';

const text = z.string().nullish().catch(undefined);
const count = z.number().int().nonnegative().nullish().catch(undefined);
const facet = z.object({}).nullish().catch(undefined);
const identity = z
  .object({ user: z.object({ displayName: text, email: text }).nullish() })
  .nullish()
  .catch(undefined);

/** A driveItem. Only the id must be there: one whose other properties are odd is still an item. */
export const driveItemSchema = z.object({
  id: z.string().min(1).max(512),
  name: text,
  size: count,
  eTag: text,
  root: facet,
  folder: facet,
  package: facet,
  shared: facet,
  file: z
    .object({
      mimeType: text,
      hashes: z.object({ quickXorHash: text }).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  fileSystemInfo: z.object({ createdDateTime: text, lastModifiedDateTime: text }).nullish().catch(undefined),
  lastModifiedBy: identity,
  parentReference: z.object({ id: text }).nullish().catch(undefined),
  '@microsoft.graph.downloadUrl': text,
});
type GraphItem = z.infer<typeof driveItemSchema>;

/** An item, and of a shared one whom it is shared with, or that this cannot be read. */
export interface DriveItem extends GraphItem {
  readonly sharing?: Sharing | undefined;
  readonly gap?: GapCode | undefined;
  /** Which earlier versions of the file are saved; nothing where none are. */
  readonly versionsMark?: string | undefined;
}

/** Ids of items are unique in their drive only, so that of the drive stands before them. Neither holds a slash. */
export function itemKey(driveId: string, itemId: string): string {
  return `${driveId}/${itemId}`;
}

/** The two ids of a key. */
export function splitKey(key: string): { driveId: string; itemId: string } {
  const [driveId = '', itemId = ''] = key.split('/');
  return { driveId, itemId };
}

/** The hash that the service tells; empty where it tells none, as right after an upload. */
export function hashOf(item: DriveItem): string {
  return item.file?.hashes?.quickXorHash ?? '';
}

export function isFolder(item: DriveItem): boolean {
  // A notebook is a package: a folder that is shown as a file. Its parts are items of their own.
  return !isThere(item.file);
}

/**
 * Size and hash, which tell the content, then the eTag, which changes with everything but the sharing, which has a mark
 * of its own: a file that was renamed or shared is not read again. Last, which earlier versions were saved with it.
 */
export function versionOf(item: DriveItem, hash = hashOf(item)): string {
  const version = `${item.size ?? ''} ${hash} ${item.eTag ?? ''}`;
  const marks = [item.gap ?? item.sharing?.mark, item.versionsMark].filter((mark) => mark !== undefined);
  return [version, ...marks].join(' ');
}

/** True when the same is saved of what was before two versions of a file: sharing it makes no new one. */
export function hasSameHistory(before: string, after: string): boolean {
  const [historyBefore, historyAfter] = [before, after].map((version) => {
    const [, , eTag = '', ...marks] = version.split(' ');
    return { eTag, mark: marks.find((mark) => mark.startsWith(versionsPrefix)) };
  });
  if (historyBefore?.mark !== historyAfter?.mark) return false;
  if (historyAfter?.mark === undefined) return true;
  return historyBefore?.eTag !== '' && historyBefore?.eTag === historyAfter.eTag;
}

/** Begins what says which earlier versions are saved; no hash and no gap begins so. */
export const versionsPrefix = 'versions:';

/** True when two versions are surely of the same bytes. */
export function hasSameContent(before: string, after: string): boolean {
  const [sizeBefore, hashBefore] = before.split(' ');
  const [sizeAfter, hashAfter] = after.split(' ');
  return hashBefore !== '' && hashBefore === hashAfter && sizeBefore === sizeAfter;
}

/** The row of a file or folder. */
export function describeItem(driveId: string, item: DriveItem): Omit<ItemHead, 'fetch'> {
  const name = item.name ?? '';
  const parent = item.parentReference?.id ?? undefined;
  const info = {
    name,
    parent: parent && itemKey(driveId, parent),
    created: item.fileSystemInfo?.createdDateTime,
    modified: item.fileSystemInfo?.lastModifiedDateTime,
    author: shorten(item.lastModifiedBy?.user?.displayName),
    ...sharingInfo(item),
    ...(isFolder(item) ? { folder: true } : fileInfo(item)),
  };
  return {
    id: itemKey(driveId, item.id),
    collection: driveId,
    version: versionOf(item),
    title: shorten(name) ?? '',
    info: listed(info),
    gap: item.gap,
  };
}

/** True of what was shared by itself, not of what lies in something shared. */
export function isShared(item: DriveItem): boolean {
  return isThere(item.shared);
}

/** `grants` counts all, `sharing` lists as many as fit. */
function sharingInfo(item: DriveItem): Readonly<Record<string, unknown>> {
  if (!isShared(item)) return {};
  return { shared: true, sharing: item.sharing?.grants, grants: item.sharing?.count };
}

function fileInfo(item: DriveItem): Readonly<Record<string, unknown>> {
  return { size: item.size, type: item.file?.mimeType, hash: hashOf(item) || undefined };
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

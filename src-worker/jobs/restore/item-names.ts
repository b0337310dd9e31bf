/** What an item is called on a PC, and its time there. */
import { basename, extname } from 'node:path';
import { itemTime, itemTitle } from '../../../src-shared/model/item-facts.ts';
import type { CatalogItem } from '../../catalog/catalog.ts';
import { safeFileName, type UniqueNames } from '../../formats/file-name.ts';

/** Folders of services other than mail. */
export const folderOfService: Readonly<Record<string, string>> = {
  calendar: 'Calendars',
  contacts: 'Contacts',
  tasks: 'Tasks',
  settings: 'Settings',
  drive: 'Files',
  site: 'Lists and pages',
  chat: 'Chats',
  team: 'Channels',
  conversation: 'Group conversations',
  planner: 'Plans',
  directory: 'Directory',
  archive: 'In-place archive',
  'mailbox-export': 'Mailbox export',
};

export function titleOf({ info }: Pick<CatalogItem, 'info'>): string {
  return itemTitle(info) ?? 'no subject';
}

/** A message gets its time and subject, a file the name it had. */
export function takeFileName(names: UniqueNames, item: CatalogItem): string {
  const { name } = item.info;
  if (typeof name !== 'string') return names.take(nameOf(item), '.eml');
  const extension = extname(name);
  const isUsual = safeExtension(extension) !== '';
  const mark = versionMark(item);
  return isUsual
    ? names.take(safeFileName(basename(name, extension), 'file') + mark, extension)
    : names.take(safeFileName(name, 'file') + mark);
}

/** Behind the name of an earlier version of a file. */
function versionMark({ info }: CatalogItem): string {
  const { versionId } = info;
  return typeof versionId === 'string' ? ` (version ${safeFileName(versionId, 'unknown')})` : '';
}

/** Time and title, without an extension. */
export function nameOf(item: CatalogItem): string {
  const stamp = timeOf(item)?.toISOString().slice(0, 16).replace('T', ' ').replace(':', '');
  return safeFileName(stamp === undefined ? titleOf(item) : `${stamp} ${titleOf(item)}`, 'message');
}

/** The extension of a name that somebody chose, or nothing. */
export function safeExtension(extension: string): string {
  return /^\.[a-z0-9]{1,16}$/i.test(extension) ? extension : '';
}

export function timeOf({ info }: CatalogItem): Date | undefined {
  const time = itemTime(info);
  return time === undefined ? undefined : new Date(time);
}

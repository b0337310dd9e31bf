/** What an item is called on a PC, and its time there. */
import { basename, extname } from 'node:path';
import { itemTime, itemTitle } from '../../../src-shared/model/item-facts.ts';
import type { CatalogItem } from '../../catalog/catalog.ts';
import { safeFileName } from '../../formats/file-name.ts';

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

/** What a file is called that is all of an item: a message after its time and subject, a file by the name it had. */
export function fileNameOf(item: CatalogItem): { readonly name: string; readonly extension: string } {
  const { name } = item.info;
  if (typeof name !== 'string') return { name: nameOf(item), extension: '.eml' };
  const extension = safeExtension(extname(name));
  const stem = extension === '' ? name : basename(name, extension);
  return { name: safeFileName(stem, 'file') + versionMark(item), extension };
}

/** Of an item of which only a part could be read. */
export const damagedName = (name: string): string => `${name} (damaged)`;

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

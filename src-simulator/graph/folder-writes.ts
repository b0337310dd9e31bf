/** Writing mail folders: created, renamed, deleted. Names are unique beside each other, whatever their case. */
import { z } from 'zod';
import { jsonText, type Answer } from '../http/answer.ts';
import { lastWellKnownFolder } from '../mail/folder-plan.ts';
import type { FolderState, Mailbox } from '../mail/mailbox.ts';
import { onlyNames, withBody } from '../writes/request-shape.ts';
import { findFolder, folderJson, noSuchFolder } from './folder-operations.ts';
import { graphError } from './graph-call.ts';
import { fullMailbox, noContent } from '../outlook/outlook-writes.ts';
import type { WritePlace } from './message-writes.ts';

const folderSchema = z
  .looseObject({ displayName: z.string().trim().min(1).max(255), isHidden: z.boolean().optional() })
  .superRefine(
    onlyNames([
      'id',
      'displayName',
      'isHidden',
      'parentFolderId',
      'childFolderCount',
      'totalItemCount',
      'unreadItemCount',
    ]),
  );

function folderAnswer({ organization, mailbox }: WritePlace, folder: FolderState, status: number): Answer {
  const context = `${organization.origin()}/v1.0/$metadata#mailFolders/$entity`;
  return jsonText(
    JSON.stringify({ '@odata.context': context, ...folderJson(mailbox, folder, null) }),
    status,
  );
}

function isTaken(mailbox: Mailbox, parent: number, name: string): boolean {
  const wanted = name.toLowerCase();
  return mailbox.children(parent).some((folder) => folder.name.toLowerCase() === wanted);
}

const folderExists = ({ call }: WritePlace): Answer =>
  graphError(call, 409, {
    code: 'ErrorFolderExists',
    message: 'A folder with the specified name already exists.',
  });

const isFixed = (mailbox: Mailbox, folder: FolderState) =>
  folder.number <= lastWellKnownFolder || mailbox.isRecoverable(folder.number);

const fixedFolder = ({ call }: WritePlace): Answer =>
  graphError(call, 403, {
    code: 'ErrorDeleteDistinguishedFolder',
    message: 'A distinguished folder cannot be changed.',
  });

/** POST mailFolders and childFolders. */
export function createFolder(place: WritePlace, parentId: string): Answer {
  const { call, mailbox } = place;
  const parent = findFolder(mailbox, parentId);
  if (!parent) return noSuchFolder(call);
  return withBody(call, folderSchema, ({ displayName, isHidden }) => {
    if (isTaken(mailbox, parent.number, displayName)) return folderExists(place);
    const full = fullMailbox(place);
    return full ?? folderAnswer(place, mailbox.createFolder(parent.number, displayName, isHidden), 201);
  });
}

function onFolder(place: WritePlace, id: string, change: (folder: FolderState) => Answer): Answer {
  const folder = findFolder(place.mailbox, id);
  if (!folder) return noSuchFolder(place.call);
  return isFixed(place.mailbox, folder) ? fixedFolder(place) : change(folder);
}

export const updateFolder = (place: WritePlace, id: string): Answer =>
  onFolder(place, id, (folder) =>
    withBody(place.call, folderSchema, ({ displayName }) => {
      const { mailbox } = place;
      const isSame = displayName.toLowerCase() === folder.name.toLowerCase();
      if (!isSame && isTaken(mailbox, folder.parent, displayName)) return folderExists(place);
      mailbox.renameFolder(folder.number, displayName);
      return folderAnswer(place, mailbox.folder(folder.number) ?? folder, 200);
    }),
  );

export const deleteFolder = (place: WritePlace, id: string): Answer =>
  onFolder(place, id, (folder) => {
    place.mailbox.deleteFolder(folder.number);
    return noContent;
  });

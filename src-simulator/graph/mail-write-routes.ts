/** From a method and a path below a person to an operation that writes mail. */
import type { Answer } from '../http/answer.ts';
import { createAttachment, createAttachmentSession, deleteAttachment } from './attachment-writes.ts';
import { findFolder, noSuchFolder } from './folder-operations.ts';
import { createFolder, deleteFolder, updateFolder } from './folder-writes.ts';
import {
  copyMessage,
  createMessage,
  deleteForGood,
  deleteMessage,
  draftsFolder,
  moveMessage,
  sendMail,
  updateMessage,
  type WritePlace,
} from './message-writes.ts';

type Found = readonly [operation: string, run: () => Answer];

const actions: Readonly<Record<string, (place: WritePlace, id: string) => Answer>> = {
  move: moveMessage,
  copy: copyMessage,
  permanentDelete: deleteForGood,
};

function attachmentWrite(place: WritePlace, id: string, rest: readonly string[]): Found | null {
  const { method } = place.call;
  const [named] = rest;
  if (method === 'POST' && named === undefined)
    return ['users.messages.CreateAttachments', () => createAttachment(place, id)];
  if (method === 'POST' && named === 'createUploadSession' && rest.length === 1)
    return ['users.messages.attachments.createUploadSession', () => createAttachmentSession(place, id)];
  return method === 'DELETE' && named !== undefined && rest.length === 1
    ? ['users.messages.DeleteAttachments', () => deleteAttachment(place, id, named)]
    : null;
}

const changes: Readonly<Record<string, readonly [string, (place: WritePlace, id: string) => Answer]>> = {
  PATCH: ['users.UpdateMessages', updateMessage],
  DELETE: ['users.DeleteMessages', deleteMessage],
};

function messageWrite(place: WritePlace, rest: readonly string[]): Found | null {
  const { method } = place.call;
  const [id, part, ...more] = rest;
  if (id === undefined)
    return method === 'POST' ? ['users.CreateMessages', () => createMessage(place, draftsFolder)] : null;
  if (part === 'attachments') return attachmentWrite(place, id, more);
  if (part === undefined) {
    const [operation, change] = changes[method] ?? [];
    return operation !== undefined && change ? [operation, () => change(place, id)] : null;
  }
  const act = rest.length === 2 && method === 'POST' ? actions[part] : undefined;
  return act ? [`users.messages.${part}`, () => act(place, id)] : null;
}

/** POST below one folder. */
function postInFolder(place: WritePlace, id: string, part: string | undefined): Found | null {
  const { call, mailbox } = place;
  if (part === 'childFolders') return ['users.mailFolders.CreateChildFolders', () => createFolder(place, id)];
  if (part !== 'messages') return null;
  const run = () => {
    const folder = findFolder(mailbox, id);
    return folder ? createMessage(place, folder.number) : noSuchFolder(call);
  };
  return ['users.mailFolders.CreateMessages', run];
}

function folderWrite(place: WritePlace, rest: readonly string[]): Found | null {
  const { method } = place.call;
  const [id, part, ...more] = rest;
  if (id === undefined)
    return method === 'POST' ? ['users.CreateMailFolders', () => createFolder(place, 'msgfolderroot')] : null;
  if (more.length > 0) return part === 'messages' ? messageWrite(place, more) : null;
  if (method === 'POST') return postInFolder(place, id, part);
  if (part !== undefined) return null;
  if (method === 'PATCH') return ['users.UpdateMailFolders', () => updateFolder(place, id)];
  return method === 'DELETE' ? ['users.DeleteMailFolders', () => deleteFolder(place, id)] : null;
}

/** The operation that writes, below `messages` or `mailFolders`; null for a method that a path has not. */
export function mailWrite(place: WritePlace, area: string, rest: readonly string[]): Found | null {
  if (area === 'sendMail') return ['users.sendMail', () => sendMail(place)];
  return area === 'messages' ? messageWrite(place, rest) : folderWrite(place, rest);
}

/**
 * What a mailbox really holds, as NDJSON: its folders, then its messages with the hash of their MIME bytes. Written
 * as it is computed, so that a mailbox of any size can be compared with a backup.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Organization } from '../graph/graph-call.ts';
import { folderId, immutableMessageId } from '../mail/ids.ts';
import { messageDetail } from './message-detail.ts';
import type { FolderState, Mailbox, MessageState } from '../mail/mailbox.ts';

function pathOf(mailbox: Mailbox, folder: FolderState): string[] {
  const parent = folder.parent > 0 ? mailbox.folder(folder.parent) : null;
  return [...(parent ? pathOf(mailbox, parent) : []), folder.name];
}

function folderLine(mailbox: Mailbox, folder: FolderState) {
  const { seed } = mailbox.world;
  return {
    kind: 'folder',
    id: folderId(seed, mailbox.number, folder.number),
    displayName: folder.name,
    path: pathOf(mailbox, folder),
    parentId: folderId(seed, mailbox.number, folder.parent),
    isHidden: folder.isHidden,
  };
}

function messageLine(mailbox: Mailbox, state: MessageState, isDetailTold: boolean) {
  const { seed } = mailbox.world;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const part of mailbox.render(state)) {
    hash.update(part);
    sizeBytes += part.length;
  }
  return {
    kind: 'message',
    id: immutableMessageId(seed, { mailbox: mailbox.number, message: state.number }),
    folderId: folderId(seed, mailbox.number, state.folder),
    sizeBytes,
    sha256: hash.digest('hex'),
    unreadable: mailbox.unreadableCause(state.number),
    isRead: state.isRead,
    ...(isDetailTold ? messageDetail(mailbox, state) : {}),
  };
}

/** Recoverable Items are no part of what a person sees, so they are told on request. */
function* linesOf(
  mailbox: Mailbox,
  { isRecoverableTold, isDetailTold }: Pick<TruthRequest, 'isRecoverableTold' | 'isDetailTold'>,
): Generator<object> {
  const folders = mailbox
    .folders()
    .filter(({ number }) => isRecoverableTold || !mailbox.isRecoverable(number));
  for (const folder of folders) yield folderLine(mailbox, folder);
  for (const folder of folders) {
    for (let cursor: number | null = 0; cursor !== null;) {
      const page: ReturnType<Mailbox['page']> = mailbox.page(folder.number, cursor, 200);
      for (const state of page.messages) yield messageLine(mailbox, state, isDetailTold);
      cursor = page.next;
    }
  }
}

const yieldEveryLines = 64;

/** What of an account is asked for: what `area` has of it, or with an empty name its mailbox. */
interface TruthRequest {
  readonly account: string;
  readonly area: string;
  readonly isRecoverableTold: boolean;
  /** Of messages also what their MIME does not say; costly. */
  readonly isDetailTold: boolean;
}

/** Lines about one account: its mailbox, or what `area` has of it; null where there is none. */
function truthOf(organization: Organization, request: TruthRequest): Iterable<object> | null {
  const { account, area: areaName } = request;
  if (areaName !== '')
    return organization.areas.find(({ name }) => name === areaName)?.truth(account) ?? null;
  const person = organization.directory.find(account);
  return person?.mailbox === 'cloud' ? linesOf(organization.mail.mailbox(person.number), request) : null;
}

/** Streams the truth about one account; 404 when there is none. */
export async function streamTruth(
  organization: Organization,
  request: TruthRequest,
  response: ServerResponse,
): Promise<void> {
  const lines = truthOf(organization, request);
  if (!lines) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  let count = 0;
  for (const line of lines) {
    count += 1;
    if (!response.write(`${JSON.stringify(line)}\n`)) await once(response, 'drain');
    else if (count % yieldEveryLines === 0) await new Promise(setImmediate);
    if (response.destroyed) return;
  }
  response.end();
}

/** Writes messages into mailboxes. */
import { z } from 'zod';
import { graphPath } from '../../../graph/paths.ts';
import { shorten } from '../../item-info.ts';
import {
  asMade,
  findTagged,
  isThere,
  itemCall,
  madeSchema,
  readMade,
  removeForGood,
  removeUnchanged,
} from '../../outlook-items.ts';
import type {
  ItemEffort,
  MadeItem,
  Making,
  RestorableWorkload,
  CloudTarget,
  StandingItem,
  StoredItem,
  TargetContainer,
  TargetScope,
} from '../../cloud-target.ts';
import { folderSchema, readFolder } from '../mail-folder.ts';
import { findFolders } from '../mail-folders.ts';
import { attachmentHead, messageJson } from './message-json.ts';
import { readMessage, type AttachedFile } from './mime-message.ts';

/** Exchange Online takes messages of up to 150 MB. */
const largestMessageBytes = 160 * 1024 * 1024;
/** Graph takes requests of up to 4 MB, of which base64 makes three quarters of a message (graph facts, section 5). */
const inlineBytes = 2_500_000;
const uploadRangeBytes = 3 * 1024 * 1024;
const pageSize = 1000;
const base64Growth = 4 / 3;
const standingSchema = madeSchema.extend({
  internetMessageId: z.string().nullish(),
  subject: z.string().nullish(),
  sentDateTime: z.string().nullish(),
  receivedDateTime: z.string().nullish(),
});
const standingFields = [...Object.keys(standingSchema.shape)].join(',');

export const mailRestore: RestorableWorkload = {
  name: 'mail',
  permissions: ['Mail.ReadWrite'],
  warnings: ['target-retention'],
  open: (scope) => new MailTarget(scope),
};

class MailTarget implements CloudTarget {
  readonly #scope: TargetScope;

  constructor(scope: TargetScope) {
    this.#scope = scope;
  }

  async containers(): Promise<TargetContainer[]> {
    const { found } = await findFolders({ ...this.#scope, kind: 'user' }, undefined);
    return found.map(({ id, parent, name }) => ({ id, parent, name }));
  }

  async makeContainer(parent: string | null, name: string): Promise<string> {
    const { accountId } = this.#scope;
    const path =
      parent === null
        ? graphPath`/users/${accountId}/mailFolders`
        : graphPath`/users/${accountId}/mailFolders/${parent}/childFolders`;
    const { id } = await this.#graph.create(path, { displayName: name }, this.#options(folderSchema));
    return id;
  }

  async removeContainer(id: string): Promise<boolean> {
    const folder = await readFolder({ ...this.#scope, kind: 'user' }, id);
    if (folder === undefined) return true;
    if (folder.totalItemCount !== 0 || folder.childFolderCount !== 0) return false;
    await this.#graph.remove(graphPath`/users/${this.#scope.accountId}/mailFolders/${id}`, {
      ...this.#place,
      target: 'collection',
    });
    return true;
  }

  async *standing(container: string): AsyncIterable<readonly StandingItem[]> {
    const path = graphPath`/users/${this.#scope.accountId}/mailFolders/${container}/messages`;
    const query = { $select: standingFields, $top: pageSize };
    for await (const page of this.#graph.pages(path, { ...this.#options(standingSchema), query }))
      yield page.map((each) => ({
        id: each.id,
        version: each.changeKey,
        key: keyOf({
          messageId: each.internetMessageId,
          subject: each.subject,
          sent: each.sentDateTime ?? each.receivedDateTime,
        }),
      }));
  }

  stands(id: string): Promise<boolean> {
    return isThere(this.#scope, this.#pathOf(id));
  }

  keyOf({ info }: StoredItem): string {
    return keyOf({
      messageId: info['messageId'],
      subject: info['subject'],
      sent: info['sent'] ?? info['received'],
    });
  }

  /** Only drafts change; of all others it is marks that do. */
  isChanged({ id, version, info }: StoredItem, standing: MadeItem): boolean {
    return info['draft'] === true && id === standing.id && version !== standing.version;
  }

  effortOf({ sizeBytes }: StoredItem): ItemEffort {
    const bytes = Math.ceil(sizeBytes * base64Growth);
    return { requests: sizeBytes < inlineBytes ? 1 : 2 + Math.ceil(sizeBytes / uploadRangeBytes), bytes };
  }

  async make({ container, item, content, tag }: Making): Promise<MadeItem> {
    const { accountId } = this.#scope;
    const message = await readMessage(await content.whole(largestMessageBytes));
    const freeBytes = inlineBytes - Buffer.byteLength(message.body.content);
    const { inline, large } = divided(message.attachments, freeBytes);
    const json = messageJson(message, item.info, { tag, attachments: inline });
    const path = graphPath`/users/${accountId}/mailFolders/${container}/messages`;
    const made = await this.#graph.create(path, json, this.#options(madeSchema));
    for (const file of large) await this.#upload(made.id, file);
    return large.length === 0 ? asMade(made) : readMade(this.#scope, this.#pathOf(made.id));
  }

  async findMade({ container, item, tag }: Omit<Making, 'content'>): Promise<MadeItem | undefined> {
    const list = graphPath`/users/${this.#scope.accountId}/mailFolders/${container}/messages`;
    const found = await findTagged(this.#scope, list, tag);
    if (found === undefined || this.effortOf(item).requests === 1) return found;
    // Nobody knows which of its attachments came.
    await removeForGood(this.#scope, this.#pathOf(found.id));
    return undefined;
  }

  async setAside(id: string, note: (aside: string) => void): Promise<void> {
    note(id);
    const body = { destinationId: 'deleteditems' };
    await this.#graph.create(`${this.#pathOf(id)}/move`, body, this.#options(madeSchema));
  }

  async putBack(aside: string, { container }: { readonly container: string }): Promise<void> {
    const body = { destinationId: container };
    await this.#graph.create(`${this.#pathOf(aside)}/move`, body, this.#options(madeSchema));
  }

  removeMade({ id, version }: MadeItem): Promise<'removed' | 'changed' | 'gone'> {
    return removeUnchanged(this.#scope, this.#pathOf(id), version);
  }

  #pathOf(messageId: string): string {
    return graphPath`/users/${this.#scope.accountId}/messages/${messageId}`;
  }

  async #upload(messageId: string, file: AttachedFile): Promise<void> {
    const path = `${this.#pathOf(messageId)}/attachments/createUploadSession`;
    const body = { AttachmentItem: attachmentHead(file) };
    const source = { sizeBytes: file.bytes.length, pieces: [file.bytes] };
    await this.#graph.upload({ path, body }, source, { ...this.#place, rangeBytes: uploadRangeBytes });
  }

  get #graph() {
    return this.#scope.graph;
  }

  get #place() {
    return itemCall(this.#scope);
  }

  #options<T>(schema: z.ZodType<T>) {
    return { ...this.#place, schema };
  }
}

/** What people take for the same message. */
function keyOf(message: {
  readonly messageId: unknown;
  readonly subject: unknown;
  readonly sent: unknown;
}): string {
  const { messageId, subject, sent } = message;
  const sentMs = typeof sent === 'string' ? Date.parse(sent) : 0;
  const title = typeof subject === 'string' ? (shorten(subject) ?? '') : '';
  return JSON.stringify([messageId ?? '', title, sentMs]);
}

/** As many attachments as fit go with the message itself. */
function divided(
  attachments: readonly AttachedFile[],
  freeBytes: number,
): { inline: AttachedFile[]; large: AttachedFile[] } {
  const inline: AttachedFile[] = [];
  const large: AttachedFile[] = [];
  let roomBytes = freeBytes;
  for (const file of attachments) {
    const isHeld = file.bytes.length <= roomBytes;
    if (isHeld) roomBytes -= file.bytes.length;
    (isHeld ? inline : large).push(file);
  }
  return { inline, large };
}

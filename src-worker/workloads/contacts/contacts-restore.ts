/** Writes contacts into mailboxes, with their photos. */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import { shorten } from '../item-info.ts';
import { rawItemSchema } from '../item-parts.ts';
import {
  asMade,
  findTagged,
  isThere,
  itemCall,
  madeSchema,
  readMade,
  removeForGood,
  removeUnchanged,
} from '../outlook-items.ts';
import { taggedWith } from '../restore-tag.ts';
import type {
  ItemEffort,
  MadeItem,
  Making,
  RestorableWorkload,
  CloudTarget,
  StandingItem,
  StoredItem,
  StoredPart,
  TargetContainer,
  TargetScope,
} from '../cloud-target.ts';
import { fetchContact } from './contact-content.ts';
import { findContactFolders } from './contact-folders.ts';
import { contactFields } from './contact.ts';

const largestContactBytes = 40 * 1024 * 1024;
const pageSize = 1000;
const folderSchema = z.object({ id: z.string().min(1).max(1024) });
const text = z.string().nullish();
const standingSchema = madeSchema.extend({
  displayName: text,
  companyName: text,
  emailAddresses: z.array(z.object({ address: text })).nullish(),
});
const contactSchema = z.record(z.string(), z.unknown());
/** What Exchange gives by itself (graph facts, section 6). */
const ownProperties = new Set([
  ...['id', 'changeKey', 'createdDateTime', 'lastModifiedDateTime', 'parentFolderId'],
  ...['photo', 'extensions', 'primaryEmailAddress', 'secondaryEmailAddress', 'tertiaryEmailAddress'],
]);

export const contactsRestore: RestorableWorkload = {
  name: 'contacts',
  permissions: ['Contacts.ReadWrite'],
  warnings: ['target-retention'],
  open: (scope) => new ContactsTarget(scope),
};

class ContactsTarget implements CloudTarget {
  readonly #scope: TargetScope;

  constructor(scope: TargetScope) {
    this.#scope = scope;
  }

  async containers(): Promise<TargetContainer[]> {
    const { found } = await findContactFolders({ ...this.#scope, kind: 'user' }, undefined);
    return found.map(({ id, parent, name }) => ({ id, parent, name }));
  }

  async makeContainer(parent: string | null, name: string): Promise<string> {
    const { accountId, graph } = this.#scope;
    const path =
      parent === null
        ? graphPath`/users/${accountId}/contactFolders`
        : graphPath`/users/${accountId}/contactFolders/${parent}/childFolders`;
    const call = { ...itemCall(this.#scope), schema: folderSchema };
    return (await graph.create(path, { displayName: name }, call)).id;
  }

  async removeContainer(id: string): Promise<boolean> {
    const { graph } = this.#scope;
    const path = graphPath`/users/${this.#scope.accountId}/contactFolders/${id}`;
    const call = { ...itemCall(this.#scope), schema: folderSchema, query: { $top: 1, $select: 'id' } };
    for (const below of ['contacts', 'childFolders'])
      if ((await graph.page(`${path}/${below}`, call)).items.length > 0) return false;
    await graph.remove(path, itemCall(this.#scope));
    return true;
  }

  async *standing(container: string): AsyncIterable<readonly StandingItem[]> {
    const query = { $select: contactFields, $top: pageSize };
    const call = { ...itemCall(this.#scope), schema: standingSchema, query };
    for await (const page of this.#scope.graph.pages(this.#listOf(container), call))
      yield page.map(({ displayName, companyName, emailAddresses, ...item }) => ({
        ...asMade(item),
        key: keyOf(displayName, companyName, emailAddresses?.[0]?.address),
      }));
  }

  stands(id: string): Promise<boolean> {
    return isThere(this.#scope, this.#pathOf(id));
  }

  keyOf({ info }: StoredItem): string {
    const emails: unknown = info['emails'];
    return keyOf(info['name'], info['company'], Array.isArray(emails) ? emails[0] : undefined);
  }

  isChanged({ id, version }: StoredItem, standing: MadeItem): boolean {
    return id === standing.id && version !== standing.version;
  }

  effortOf({ sizeBytes }: StoredItem): ItemEffort {
    return { requests: 2, bytes: sizeBytes };
  }

  async make({ container, content, tag }: Making): Promise<MadeItem> {
    const parts = await content.parts(largestContactBytes);
    return this.#make(container, parts, tag);
  }

  async findMade({ container, tag }: Omit<Making, 'content'>): Promise<MadeItem | undefined> {
    const found = await findTagged(this.#scope, this.#listOf(container), tag);
    // Nobody knows whether its photo came.
    if (found !== undefined) await removeForGood(this.#scope, this.#pathOf(found.id));
    return undefined;
  }

  /** There is no way back from where deleted contacts go, so all of it is noted. */
  async setAside(id: string, note: (aside: string) => void): Promise<void> {
    const content = await fetchContact({ ...this.#scope, kind: 'user' }, id);
    if (content.kind !== 'parts') throw new Error('a contact came without parts');
    note(
      JSON.stringify(
        content.parts.map((part) => ({ ...part, bytes: Buffer.from(part.bytes).toString('base64') })),
      ),
    );
    await this.#scope.graph.remove(this.#pathOf(id), itemCall(this.#scope));
  }

  async putBack(
    aside: string,
    { container, tag }: { readonly container: string; readonly tag: string },
  ): Promise<void> {
    const parts = asideSchema.parse(JSON.parse(aside));
    if (await this.#neverLeft(parts)) return;
    const found = await findTagged(this.#scope, this.#listOf(container), tag);
    if (found !== undefined) await removeForGood(this.#scope, this.#pathOf(found.id));
    await this.#make(
      container,
      parts.map((part) => ({ ...part, bytes: Buffer.from(part.bytes, 'base64') })),
      tag,
    );
  }

  removeMade({ id, version }: MadeItem): Promise<'removed' | 'changed' | 'gone'> {
    return removeUnchanged(this.#scope, this.#pathOf(id), version);
  }

  async #make(container: string, [main, photo]: readonly StoredPart[], tag: string): Promise<MadeItem> {
    const json = { ...writable(main), singleValueExtendedProperties: [taggedWith(tag)] };
    const call = { ...itemCall(this.#scope), schema: madeSchema };
    const made = await this.#scope.graph.create(this.#listOf(container), json, call);
    if (photo === undefined) return asMade(made);
    const path = `${this.#pathOf(made.id)}/photo/$value`;
    await this.#scope.graph.put(path, photo.bytes, { ...itemCall(this.#scope), mediaType: photo.mediaType });
    return readMade(this.#scope, this.#pathOf(made.id));
  }

  /** Whether it was never taken away. */
  #neverLeft([main]: z.infer<typeof asideSchema>): Promise<boolean> {
    const { id } = rawItemSchema.parse(JSON.parse(Buffer.from(main?.bytes ?? '', 'base64').toString('utf8')));
    return this.stands(id);
  }

  #listOf(container: string): string {
    return graphPath`/users/${this.#scope.accountId}/contactFolders/${container}/contacts`;
  }

  #pathOf(id: string): string {
    return graphPath`/users/${this.#scope.accountId}/contacts/${id}`;
  }
}

const asideSchema = z.array(z.object({ name: z.string(), mediaType: z.string(), bytes: z.base64() }));

/** What of a stored contact can be written. */
function writable(part: StoredPart | undefined): Record<string, unknown> {
  const json: unknown = part === undefined ? undefined : JSON.parse(Buffer.from(part.bytes).toString('utf8'));
  const contact = contactSchema.safeParse(json);
  if (!contact.success)
    throw new AppError(
      'item-corrupt',
      'What was saved of this contact is no contact, so it was not written.',
    );
  return Object.fromEntries(
    Object.entries(contact.data).filter(
      ([name, value]) => !ownProperties.has(name) && !name.includes('@') && value !== null,
    ),
  );
}

/** What people take for the same contact. */
function keyOf(name: unknown, company: unknown, email: unknown): string {
  const plain = (value: unknown): string => (typeof value === 'string' ? (shorten(value) ?? '') : '');
  return JSON.stringify([name, company, email].map(plain));
}

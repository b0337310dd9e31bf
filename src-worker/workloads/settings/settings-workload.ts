/**
 * What a person has set in Outlook: three items in one collection, read at every run because they are small and Graph
 * has no delta for them. The version of each is the hash of what it holds.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import type {
  AccountScope,
  FetchedContent,
  FetchedPart,
  ItemHead,
  LookedUpItem,
  Workload,
} from '../workload.ts';

const collection = 'settings';
const endLink = 'read';
const pageSize = 100;
const versionDigits = 32;

const titles: Readonly<Record<string, string>> = {
  mailboxSettings: 'Mailbox settings',
  messageRules: 'Inbox rules',
  masterCategories: 'Categories',
};

async function readList({ graph, accountId, signal }: AccountScope, path: string): Promise<RawItem[]> {
  const all: RawItem[] = [];
  const call = { schema: rawItemSchema, mailbox: accountId, signal, query: { $top: pageSize } };
  for await (const page of graph.pages(path, call)) all.push(...page);
  return all;
}

async function readItem(scope: AccountScope, item: string): Promise<unknown> {
  const { graph, accountId, signal } = scope;
  const user = graphPath`/users/${accountId}`;
  if (item === 'messageRules') return readList(scope, `${user}/mailFolders/inbox/messageRules`);
  if (item === 'masterCategories') return readList(scope, `${user}/outlook/masterCategories`);
  const schema = z.looseObject({});
  return graph.getJson(`${user}/mailboxSettings`, { schema, mailbox: accountId, signal });
}

async function readPart(scope: AccountScope, item: string): Promise<FetchedPart> {
  return jsonPart(`${item}.json`, await readItem(scope, item));
}

const asContent = (part: FetchedPart): FetchedContent => ({ kind: 'parts', parts: [part] });

/** An item whose trouble is its own is left to `fetch`, which says what it is. */
async function headOf(scope: AccountScope, item: string): Promise<ItemHead> {
  const title = titles[item] ?? item;
  const head = { id: item, collection, title, info: { title } };
  try {
    const part = await readPart(scope, item);
    const version = createHash('sha256').update(part.bytes).digest('hex').slice(0, versionDigits);
    return { ...head, version, content: asContent(part) };
  } catch (error) {
    const isOwn = isAppError(
      error,
      'access-denied',
      'not-in-this-cloud',
      'request-rejected',
      'service-unavailable',
    );
    if (!isOwn) throw error;
    return { ...head, version: '' };
  }
}

async function* lookUp(scope: AccountScope, items: readonly string[]): AsyncIterable<LookedUpItem> {
  for (const id of items) {
    if (Object.hasOwn(titles, id)) yield { id, head: await headOf(scope, id) };
    else yield { id };
  }
}

export const settingsWorkload: Workload = {
  name: 'settings',
  accountKinds: ['user'],

  collections: () =>
    Promise.resolve({
      found: [{ id: collection, parent: null, name: 'Settings', isHidden: false, itemCount: 3 }],
      removed: [],
      isComplete: true,
      link: endLink,
    }),

  async *changes(scope) {
    const changed = [];
    for (const item of Object.keys(titles)) changed.push(await headOf(scope, item));
    yield { changed, removed: [], nextLink: undefined, deltaLink: endLink };
  },

  lookUp,

  fetch: async (scope, item) => asContent(await readPart(scope, item)),
};

/**
 * What belongs to the whole team: its settings, its members, and its channels with their tabs and, where they have some
 * of their own, their members. Read at every run, because Graph has no delta for it; the version is the hash.
 */
import { z } from 'zod';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { graphPath } from '../../graph/paths.ts';
import { jsonPart, rawItemSchema, type RawItem } from '../item-parts.ts';
import { hashOf, teamsCall } from '../teams-messages.ts';
import type { AccountScope, FetchedContent, FetchedPart, ItemHead } from '../workload.ts';
import { knownChannels, teamCollection, type GraphChannel } from './channels.ts';
import { channelPath } from './post.ts';

const titles: Readonly<Record<string, string>> = {
  settings: 'Team settings',
  members: 'Members',
  channels: 'Channels and tabs',
};

/** Ids of these items. */
export const teamItems: readonly string[] = Object.keys(titles);
export const isTeamItem = (id: string): boolean => Object.hasOwn(titles, id);

async function readList({ graph, signal }: AccountScope, path: string): Promise<RawItem[]> {
  const all: RawItem[] = [];
  const call = { ...teamsCall, schema: rawItemSchema, target: 'collection' as const, signal };
  for await (const page of graph.pages(path, call)) all.push(...page);
  return all;
}

async function readChannel(scope: AccountScope, channel: GraphChannel): Promise<object> {
  const path = channelPath(scope.accountId, channel.id);
  const tabs = await readList(scope, `${path}/tabs`);
  // Everybody in the team is in a standard channel.
  if (channel.membershipType === 'standard') return { ...channel, tabs };
  return { ...channel, tabs, members: await readList(scope, `${path}/members`) };
}

async function readItem(scope: AccountScope, item: string): Promise<unknown> {
  const { graph, accountId, signal } = scope;
  const path = graphPath`/teams/${accountId}`;
  if (item === 'members') return readList(scope, `${path}/members`);
  if (item === 'settings')
    return graph.getJson(path, { ...teamsCall, schema: z.looseObject({}), target: 'account', signal });
  const channels: object[] = [];
  for (const channel of await knownChannels(scope)) channels.push(await readChannel(scope, channel));
  return channels;
}

async function readPart(scope: AccountScope, item: string): Promise<FetchedPart> {
  return jsonPart(`${item}.json`, await readItem(scope, item));
}

const asContent = (part: FetchedPart): FetchedContent => ({ kind: 'parts', parts: [part] });

export async function fetchTeamItem(scope: AccountScope, item: string): Promise<FetchedContent> {
  return asContent(await readPart(scope, item));
}

/** The row of an item. One whose trouble is its own is left to `fetchTeamItem`, which says what it is. */
export async function teamItem(scope: AccountScope, item: string): Promise<ItemHead> {
  const title = titles[item] ?? item;
  const head = { id: item, collection: teamCollection, title, info: { title } };
  try {
    const part = await readPart(scope, item);
    return { ...head, version: hashOf(part.bytes), content: asContent(part) };
  } catch (error) {
    if (!isAppError(error, 'access-denied', 'permission-missing', 'request-rejected')) throw error;
    return { ...head, version: '' };
  }
}

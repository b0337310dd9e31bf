/** The channels of a team, all of them at every run, and a collection for the team itself. */
import { z } from 'zod';
import { graphPath } from '../../graph/paths.ts';
import { teamsCall } from '../teams-messages.ts';
import type { AccountScope, CollectionChanges, CollectionFound } from '../workload.ts';

/** The collection of what belongs to the whole team. */
export const teamCollection = 'team';
/** Where an enumeration of all channels ends: there is nothing to go on from. */
const listLink = 'listed';

const channelSchema = z.looseObject({
  id: z.string().min(1).max(1024),
  displayName: z.string().nullish().catch(''),
  membershipType: z.string().nullish().catch(undefined),
});
export type GraphChannel = z.infer<typeof channelSchema>;

/** What the collections of a run brought, which is kept as long as its scope lives: the team's items need it, too. */
const listedInRuns = new WeakMap<AccountScope, readonly GraphChannel[]>();

/** The channels as this run has listed them; asks for them where it has not. */
export async function knownChannels(scope: AccountScope): Promise<readonly GraphChannel[]> {
  return listedInRuns.get(scope) ?? listChannels(scope);
}

async function listChannels(scope: AccountScope): Promise<readonly GraphChannel[]> {
  const { graph, accountId, signal } = scope;
  const channels: GraphChannel[] = [];
  const path = graphPath`/teams/${accountId}/channels`;
  const call = { ...teamsCall, schema: channelSchema, target: 'account' as const, signal };
  for await (const page of graph.pages(path, call)) channels.push(...page);
  listedInRuns.set(scope, channels);
  return channels;
}

/** Always asks, because whoever asks twice in a run doubts the first answer. */
export async function findChannels(scope: AccountScope): Promise<CollectionChanges> {
  const rows: CollectionFound[] = (await listChannels(scope)).map(({ id, displayName }) =>
    rowOf(id, (displayName ?? '').slice(0, 1024)),
  );
  return { found: [rowOf(teamCollection, 'Team'), ...rows], removed: [], isComplete: true, link: listLink };
}

const rowOf = (id: string, name: string): CollectionFound => ({
  id,
  parent: null,
  name,
  isHidden: false,
  itemCount: null,
});

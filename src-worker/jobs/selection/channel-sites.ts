/**
 * The sites of a team's private and shared channels. Each has one of its own, which neither the team's site nor its group
 * leads to: only the folder of the channel's files does (graph facts, section 9). Where the list of all sites is taken,
 * they are in it.
 */
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import { isFatal } from '../../faults/ledger.ts';
import { wordsFor } from '../../graph/error-words.ts';
import { graphPath } from '../../graph/paths.ts';
import { hasTeam, type GraphGroup } from './directory-group.ts';
import { readSite, type GraphSite } from './directory-site.ts';
import type { Directory, Gathering } from './selected-account.ts';

const text = z.string().nullish().catch(undefined);

const channelSchema = z.object({
  id: z.string().min(1).max(1024),
  displayName: text,
  membershipType: text,
});
type Channel = z.infer<typeof channelSchema>;

const placeSchema = z.object({
  parentReference: z
    .object({
      driveId: z.string().max(256).nullish().catch(undefined),
      siteId: z.string().max(1024).nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
});

/** Each once. What cannot be found out is noted, and then no site can be said to have left. */
export async function findChannelSites(
  directory: Directory,
  group: GraphGroup,
  gathering: Gathering,
): Promise<GraphSite[]> {
  if (!hasTeam(group)) return [];
  const teamName = group.displayName ?? group.id;
  const noted = async <T>(name: string, find: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await find();
    } catch (error) {
      if (!isAppError(error) || isFatal(error)) throw error;
      gathering.missing.push({ name, error });
      gathering.unknownKinds.add('site');
      return undefined;
    }
  };
  const sites = new Map<string, GraphSite>();
  for (const channel of (await noted(teamName, () => listApart(directory, group))) ?? []) {
    const name = `${teamName} / ${channel.displayName ?? channel.id}`;
    const site = await noted(name, () => siteOfChannel(directory, group, channel));
    if (site !== undefined) sites.set(site.id, site);
  }
  return [...sites.values()];
}

/** Channels that do not keep their files in the team's site: private, shared, and what may come. */
async function listApart({ graph, signal }: Directory, { id }: GraphGroup): Promise<Channel[]> {
  const channels: Channel[] = [];
  const query = { $select: 'id,displayName,membershipType' };
  const call = { schema: channelSchema, query, service: 'teams', target: 'account', signal } as const;
  for await (const page of graph.pages(graphPath`/teams/${id}/channels`, call)) channels.push(...page);
  return channels.filter(({ membershipType }) => membershipType !== 'standard');
}

/** Undefined where nobody has opened the channel's files yet, so that there are none. */
async function siteOfChannel(
  directory: Directory,
  group: GraphGroup,
  channel: Channel,
): Promise<GraphSite | undefined> {
  const { graph, signal } = directory;
  const call = { schema: placeSchema, query: { $select: 'id,parentReference' }, signal } as const;
  try {
    const path = graphPath`/teams/${group.id}/channels/${channel.id}/filesFolder`;
    const folder = await graph.getJson(path, { ...call, service: 'teams', target: 'item' });
    const { driveId, siteId } = folder.parentReference ?? {};
    return await readSite(directory, graphPath`/sites/${siteId ?? (await siteOfDrive(driveId ?? ''))}`);
  } catch (error) {
    if (isAppError(error, 'item-gone')) return undefined;
    throw error;
  }

  async function siteOfDrive(driveId: string): Promise<string> {
    if (driveId === '') throw unreadable('driveId');
    const path = graphPath`/drives/${driveId}/root`;
    const root = await graph.getJson(path, { ...call, service: 'sharepoint', target: 'account' });
    const siteId = root.parentReference?.siteId ?? '';
    if (siteId === '') throw unreadable('siteId');
    return siteId;
  }
}

function unreadable(field: string): AppError {
  return new AppError('response-invalid', wordsFor('response-invalid'), { details: { field } });
}

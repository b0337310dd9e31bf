/** Files of private and shared channels, which are in sites of their own that nothing but their channel leads to. */
import { afterEach, expect, test } from 'vitest';
import type { ProtectedItemInput } from '../../../src-shared/model/protected-item.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { password } from '../../support/backup-scene.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { areaTruthOf, order } from '../../support/simulator-control.ts';
import { SnapshotReader } from '../../support/snapshot-reader.ts';
import { hashDifferences, itemHashes, trueHashes, type TruthThing } from '../../support/true-hashes.ts';
import { SelectionScene } from './selection-scene.ts';

interface ChannelLine {
  readonly kind: string;
  readonly membershipType: string;
  readonly siteId: string | null;
}

const some: SimulatorOptions = {
  users: 4,
  teams: { count: 3, postsPerChannel: 0 },
  groups: { count: 1 },
  sites: { count: 2, groupCount: 3, listItemsPerList: 2 },
  drives: { filesPerDrive: 5, fileSizeBytes: 2_000, unreadableShare: 0, hashMissingShare: 0 },
  unitLimits: { isEnforced: false },
  teamsLimits: { isEnforced: false },
};
/** It has a private and a shared channel beside three standard ones. */
const teamName = 'Équipe Lyon';
const ofTeam: Partial<ProtectedItemInput> = {
  mailboxes: { mode: 'selected' },
  sites: { mode: 'selected', groups: [teamName] },
  services: ['drive'],
};

let scene: SelectionScene;
const open = async (options: SimulatorOptions = {}): Promise<void> => {
  scene = await SelectionScene.open({ ...some, ...options });
};
afterEach(() => scene.close());

/** Ids of the sites in which the channels of the team have their files. */
async function trueSites(): Promise<{ team: string; ofChannels: string[] }> {
  const team = (await scene.choices('sites')).find(({ name }) => name === teamName);
  const lines = (await areaTruthOf(scene.scene.simulator, 'team', team?.id ?? '')) as ChannelLine[];
  const sites = (isStandard: boolean) =>
    lines
      .filter(
        ({ kind, membershipType }) => kind === 'channel' && (membershipType === 'standard') === isStandard,
      )
      .flatMap(({ siteId }) => siteId ?? []);
  return { team: sites(true)[0] ?? '', ofChannels: sites(false) };
}

/** Sites of the newest snapshot that are saved. */
const savedSites = async (): Promise<string[]> =>
  (await scene.accounts())
    .filter(({ kind, left }) => kind === 'site' && left === undefined)
    .map(({ id }) => id);

async function differences(): Promise<{ lost: string[]; tooMany: string[]; compared: number }> {
  const { scene: backup } = scene;
  const reader = await SnapshotReader.open(backup.vaultPath, password, backup.item.id);
  await reader.refresh();
  const result = { lost: [] as string[], tooMany: [] as string[], compared: 0 };
  for (const { id } of reader.accounts()) {
    const hashes: string[] = [];
    for await (const item of reader.items('drive', id)) hashes.push(...itemHashes('drive', item).hashes);
    const truth = (await areaTruthOf(backup.simulator, 'drive', id)) as TruthThing[];
    const found = hashDifferences({ hashes, extra: [] }, trueHashes('drive', truth));
    result.lost.push(...found.lost);
    result.tooMany.push(...found.tooMany);
    result.compared += hashes.length;
  }
  reader.close();
  return result;
}

test('a team takes the sites of its private and shared channels along, with every file in them', async () => {
  await open();
  const report = await scene.backUp(ofTeam);
  expect(report).toMatchObject({ outcome: 'complete', missingAccounts: [] });
  const { team, ofChannels } = await trueSites();
  expect(ofChannels).toHaveLength(2);
  expect((await savedSites()).sort()).toEqual([team, ...ofChannels].sort());
  const { compared, ...different } = await differences();
  expect(different).toEqual({ lost: [], tooMany: [] });
  expect(compared).toBeGreaterThan(15);
  const { rows } = await scene.machine.coverage();
  for (const id of ofChannels) {
    const row = rows.find(({ account, service }) => account.id === id && service === 'drive');
    expect(row).toMatchObject({ failed: 0, skipped: 0 });
    expect(row?.saved).toBeGreaterThan(4);
  }
  await scene.change({ 'drive.created': 3, 'drive.edited': 3 }, ofChannels[1]);
  expect((await scene.backUp(ofTeam)).counts.saved).toBeGreaterThan(2);
  expect(await differences()).toMatchObject({ lost: [], tooMany: [] });
});

test('with all sites, or named beside its team, the site of a channel is saved once', async () => {
  await open();
  const { team, ofChannels } = await trueSites();
  await order(scene.scene.simulator, 'stats/reset');
  await scene.backUp({ ...ofTeam, sites: { mode: 'all' } });
  const all = await savedSites();
  expect(new Set(all).size).toBe(all.length);
  expect(all).toEqual(expect.arrayContaining([team, ...ofChannels]));
  const [first = ''] = ofChannels;
  const sites = [{ site: first, withSubsites: false }];
  const both = await scene.selected({ ...ofTeam, sites: { mode: 'selected', groups: [teamName], sites } });
  expect(both.names.filter((name) => name.startsWith('site'))).toHaveLength(3);
});

test('a team that is left out takes the sites of its channels along', async () => {
  await open();
  const { team, ofChannels } = await trueSites();
  await scene.backUp({ ...ofTeam, sites: { mode: 'excluding', groups: [teamName] } });
  const saved = await savedSites();
  for (const id of [team, ...ofChannels]) expect(saved).not.toContain(id);
  expect(saved.length).toBeGreaterThan(3);
});

test('a channel whose files nobody has opened yet is no failure, and joins once somebody does', async () => {
  await open({ teams: { ...some.teams, unopenedFolderShare: 1 } });
  const { team, ofChannels } = await trueSites();
  expect(await scene.backUp(ofTeam)).toMatchObject({
    outcome: 'complete',
    missingAccounts: [],
    counts: { failed: 0, skipped: 0 },
  });
  expect(await savedSites()).toEqual([team]);
  const group = (await scene.accounts()).find(({ kind }) => kind === 'group');
  await scene.change({ 'team.foldersOpened': 5 }, group?.id ?? (await teamId()));
  await scene.backUp(ofTeam);
  expect((await savedSites()).sort()).toEqual([team, ...ofChannels].sort());
  expect(await differences()).toMatchObject({ lost: [], tooMany: [] });
});

const teamId = async () => (await scene.choices('sites')).find(({ name }) => name === teamName)?.id ?? '';

test('a channel that is deleted keeps what was saved of its files, and its site is marked', async () => {
  await open();
  await scene.backUp(ofTeam);
  const { ofChannels } = await trueSites();
  await scene.change({ 'team.containersDeleted': 4 }, await teamId());
  const { leavers } = await scene.backUp(ofTeam);
  expect(leavers).toHaveLength(2);
  const marked = (await scene.accounts()).filter(({ left }) => left !== undefined);
  expect(marked.map(({ id }) => id).sort()).toEqual(ofChannels.sort());
});

test('where channels may not be listed, the team is named, the run is partial and no site counts as gone', async () => {
  await open();
  await scene.backUp(ofTeam);
  await order(scene.scene.simulator, 'roles', {
    roles: ['GroupMember.Read.All', 'Files.Read.All', 'Sites.Read.All'],
  });
  const report = await scene.backUp(ofTeam);
  expect(report).toMatchObject({ outcome: 'partial', missingAccounts: [teamName], leavers: [] });
  expect(await savedSites()).toHaveLength(3);
});

test.skipIf(!isGraphContractAvailable)(
  'all that is asked about channels keeps to the Graph contract',
  async () => {
    await open({ teams: { ...some.teams, unopenedFolderShare: 0.4 } });
    await scene.backUp({
      ...ofTeam,
      sites: { mode: 'selected', groups: ['Vertrieb', 'Konstruktion', teamName] },
    });
    await scene.expectContract();
  },
);

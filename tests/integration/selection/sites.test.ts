import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AccountChoice } from '../../../src-shared/contract/organization-contract.ts';
import { isGraphContractAvailable } from '../../support/graph-contract.ts';
import { order } from '../../support/simulator-control.ts';
import { SelectionScene } from './selection-scene.ts';

let scene: SelectionScene;
let choices: AccountChoice[];

beforeAll(async () => {
  scene = await SelectionScene.open({
    users: 6,
    teams: { count: 3, postsPerChannel: 1 },
    groups: { count: 5, threadsPerGroup: 1 },
    sites: { count: 5, groupCount: 3 },
    unitLimits: { isEnforced: false },
    teamsLimits: { isEnforced: false },
  });
  choices = await scene.choices('sites');
});
afterAll(() => scene.close());

const nobody = { mode: 'selected' as const };
const selected = (sites: object) =>
  scene.selected({ mailboxes: nobody, sites } as Parameters<SelectionScene['selected']>[0]);
const sitesOnly = () => choices.filter(({ kind }) => kind === 'site');
/** A site below which there are others, however deep, and those. */
const tree = () => {
  for (const top of sitesOnly()) {
    const below = sitesOnly().filter(({ address }) => address.startsWith(`${top.address}/`));
    const isDeep = below.some(({ address }) => address.endsWith('/tiefer'));
    if (isDeep && new URL(top.address).pathname.startsWith('/sites/')) return { top, below };
  }
  throw new Error('this organization has no tree of sites');
};
const named = (names: readonly AccountChoice[]) => names.map(({ name }) => `site ${name}`).sort();

test('all sites are Outlook groups, teams and sites, and no OneDrive of anybody', async () => {
  const { names, missing } = await selected({ mode: 'all' });
  expect(missing).toEqual([]);
  expect(names).toEqual(choices.map(({ kind, name }) => `${kind} ${name}`).sort());
  expect(names.filter((name) => name.startsWith('group'))).toHaveLength(5);
});

describe('one site', () => {
  test('is chosen by its address, alone or with what is below it, however deep', async () => {
    const { top, below } = tree();
    const alone = { sites: [{ site: `${top.address}/`, withSubsites: false }] };
    expect((await selected({ mode: 'selected', ...alone })).names).toEqual(named([top]));
    const whole = { sites: [{ site: top.address, withSubsites: true }] };
    expect((await selected({ mode: 'selected', ...whole })).names).toEqual(named([top, ...below]));
  });

  test('is chosen by its id, and the root site by the address of the organization', async () => {
    const { top } = tree();
    const byId = { mode: 'selected', sites: [{ site: top.id, withSubsites: false }] };
    expect((await selected(byId)).names).toEqual(named([top]));
    const root = { mode: 'selected', sites: [{ site: new URL(top.address).origin, withSubsites: false }] };
    expect((await selected(root)).names).toHaveLength(1);
  });

  test('is left out, with what is below it or without that', async () => {
    const { top, below } = tree();
    const all = (await selected({ mode: 'all' })).names;
    const without = (gone: readonly string[]) => {
      const rest = [...all];
      for (const name of gone) rest.splice(rest.indexOf(name), 1);
      return rest;
    };
    const sites = (withSubsites: boolean) => ({
      mode: 'excluding',
      sites: [{ site: top.address, withSubsites }],
    });
    expect((await selected(sites(true))).names).toEqual(without(named([top, ...below])));
    expect((await selected(sites(false))).names).toEqual(without(named([top])));
  });

  test('that does not exist is an issue, and the others are chosen', async () => {
    const { top } = tree();
    const sites = [top.address, `${top.address}-nirgends`].map((site) => ({ site, withSubsites: false }));
    expect(await selected({ mode: 'selected', sites })).toEqual({
      names: named([top]),
      missing: ['account-unknown'],
    });
  });
});

describe('Outlook groups and teams', () => {
  test('stand for themselves and for their site', async () => {
    const { names } = await selected({ mode: 'selected', groups: ['Vertrieb'] });
    expect(names).toEqual(['group Vertrieb', 'site Team Vertrieb']);
    const { names: rest } = await selected({ mode: 'excluding', groups: ['Vertrieb'] });
    expect(rest).toHaveLength(choices.length - 2);
    expect(rest).not.toContain('site Team Vertrieb');
  });

  test('are not security groups, which have nothing of their own to save', async () => {
    const found = await selected({ mode: 'selected', groups: ['Alle Mitarbeiter'] });
    expect(found).toEqual({ names: [], missing: ['account-unknown'] });
  });

  test('are searched together with sites', async () => {
    const found = await scene.choices('sites', { search: 'vertrieb' });
    expect(new Set(found.map(({ kind }) => kind))).toEqual(new Set(['group', 'site']));
    expect(await scene.choices('sites', { limit: 2 })).toEqual(choices);
  });
});

test('a service that nobody chose is not asked for: teams alone need no sites', async () => {
  await order(scene.scene.simulator, 'roles', {
    roles: [
      ...['Group.Read.All', 'Team.ReadBasic.All', 'Channel.ReadBasic.All', 'ChannelMessage.Read.All'],
      ...['TeamMember.Read.All', 'TeamSettings.Read.All', 'ChannelSettings.Read.All', 'User.Read.All'],
      ...['ChannelMember.Read.All', 'TeamsTab.Read.All', 'Contacts.Read'],
    ],
  });
  const report = await scene.backUp({ sites: { mode: 'all' }, services: ['team', 'contacts'] });
  expect(report).toMatchObject({ outcome: 'complete', missingAccounts: [] });
  expect((await scene.accounts()).map(({ kind }) => kind).sort()).toEqual([
    ...Array<string>(5).fill('group'),
    ...Array<string>(6).fill('user'),
  ]);
});

test('where groups may not be listed, mailboxes are saved, the run is partial and nobody counts as gone', async () => {
  await order(scene.scene.simulator, 'roles', { roles: ['User.Read.All', 'Contacts.Read'] });
  const change = { sites: { mode: 'all' as const }, services: ['team' as const, 'contacts' as const] };
  const report = await scene.backUp(change);
  expect(report).toMatchObject({ outcome: 'partial', missingAccounts: ['sites'], leavers: [] });
  await expect(scene.backUp({ ...change, mailboxes: nobody })).rejects.toMatchObject({
    code: 'permission-missing',
  });
});

test.skipIf(!isGraphContractAvailable)('all that was asked keeps to the Graph contract', () =>
  scene.expectContract(),
);

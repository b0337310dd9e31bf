import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash } from './canonical.ts';
import { startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;

beforeAll(async () => {
  session = await startSession({ messagesPerUser: 0 });
});
afterAll(() => session.close());

const truthOf = (id: string) => session.areaTruth('group', id);
const named = async (name: string) =>
  (await session.list('/groups?$top=3')).find((group) => group['displayName'] === name)?.id ?? '';

test('groups come in pages, each as the truth has it', async () => {
  const groups = await session.list('/groups?$top=4');
  expect(groups).toHaveLength(11);
  for (const group of groups) {
    const [line] = await truthOf(group.id);
    expect(canonicalHash((await session.get(`/groups/${group.id}`)).json())).toBe(line?.sha256);
  }
});

test('filters choose Microsoft 365 groups and teams, and others are refused', async () => {
  const unified = await session.list(
    "/groups?$filter=groupTypes/any(c:c eq 'Unified')&$select=id,groupTypes",
  );
  expect(unified).toHaveLength(8);
  expect(unified.every((group) => Object.keys(group).length === 2)).toBe(true);
  const teams = await session.list("/groups?$filter=resourceProvisioningOptions/Any(x:x eq 'Team')&$top=2");
  expect(teams).toHaveLength(6);
  expect((await session.get("/groups?$filter=startswith(mail,'a')")).status).toBe(400);
});

test('members and owners are those of the truth', async () => {
  for (const { id } of await session.list('/groups')) {
    const lines = await truthOf(id);
    const members = (await session.list(`/groups/${id}/members?$top=2`)).map((one) => one.id);
    const inside = lines.filter(({ kind }) => kind !== 'group').map((line) => line.id);
    expect(members.sort()).toEqual(inside.sort());
    const owners = (await session.list(`/groups/${id}/owners`)).map((one) => one.id);
    expect(owners.every((one) => members.includes(one))).toBe(true);
  }
});

test('transitive members are found through nested groups, and a circle ends', async () => {
  const top = await named('Alle Mitarbeiter');
  const found = await session.list(`/groups/${top}/transitiveMembers?$select=id,displayName`);
  const groups = found.filter((one) => one['@odata.type'] === '#microsoft.graph.group');
  const names = groups.map((group) => group['displayName']);
  expect(names.sort()).toEqual(['Abteilungen', 'Alle Mitarbeiter', 'Betriebsrat', 'Projektleiter']);
  const inner = await session.list(`/groups/${await named('Betriebsrat')}/members`);
  expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining(inner.map(({ id }) => id)));
  expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
});

test('members come and go', async () => {
  const id = await named('Betriebsrat');
  const made = await session.changeArea(id, { 'group.membersAdded': 3, 'group.membersRemoved': 1 });
  expect(made.length).toBeGreaterThan(0);
  const now = (await session.list(`/groups/${id}/members`)).map((one) => one.id);
  expect(now).not.toContain(made.at(-1)?.user);
  const added = made.filter(({ kind }) => kind === 'group.membersAdded').map(({ user }) => user);
  const gone = new Set(made.filter(({ kind }) => kind === 'group.membersRemoved').map(({ user }) => user));
  expect(now).toEqual(expect.arrayContaining(added.filter((user) => !gone.has(user))));
});

test('a group that is not there answers as the directory does', async () => {
  const reply = await session.get('/groups/11111111-2222-4333-a444-555555555555/members');
  expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([404, 'Request_ResourceNotFound']);
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'groups-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({ trafficFile, messagesPerUser: 0 });
  for (const { id } of await recorded.list('/groups?$top=5&$count=true'))
    for (const rest of ['', '/members?$top=3', '/owners', '/transitiveMembers?$select=id,displayName'])
      await recorded.get(`/groups/${id}${rest}`);
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});

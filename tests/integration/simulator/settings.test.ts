import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash } from './canonical.ts';
import { startSession, type ErrorBody, type Session } from './session.ts';

const dir = mkdtempSync(join(tmpdir(), 'settings-'));
const trafficFile = join(dir, 'traffic.ndjson');
let session: Session;
let user: string;

beforeAll(async () => {
  session = await startSession({ users: 3, messagesPerUser: 5, settings: { rulesPerUser: 5 }, trafficFile });
  user = (await session.users())[0] ?? '';
});
afterAll(async () => {
  await session.close();
  rmSync(dir, { recursive: true });
});

/** What a backup would collect, hashed. */
async function read(): Promise<Record<string, string>> {
  const settings = (await session.get(`/users/${user}/mailboxSettings`)).json();
  const rules = await session.list(`/users/${user}/mailFolders/inbox/messageRules?$top=2`);
  const categories = await session.list(`/users/${user}/outlook/masterCategories`);
  return {
    mailboxSettings: canonicalHash(settings),
    messageRules: canonicalHash(rules),
    masterCategories: canonicalHash(categories),
  };
}

const truth = async () =>
  Object.fromEntries((await session.areaTruth('settings', user)).map((line) => [line.id, line.sha256]));

test('settings, rules and categories are what the truth says', async () => {
  expect(await read()).toEqual(await truth());
  expect(await session.list(`/users/${user}/mailFolders/inbox/messageRules`)).toHaveLength(5);
});

test.each([
  ['edited', 'mailboxSettings'],
  ['rulesCreated', 'messageRules'],
  ['rulesEdited', 'messageRules'],
  ['rulesDeleted', 'messageRules'],
  ['categoriesCreated', 'masterCategories'],
  ['categoriesDeleted', 'masterCategories'],
])('%s changes %s and nothing else', async (kind, part) => {
  const before = await truth();
  expect(await session.changeArea(user, { [`settings.${kind}`]: 1 })).toHaveLength(1);
  const after = await truth();
  expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual([part]);
  expect(await read()).toEqual(after);
});

test('rules belong to the inbox, and the permission is needed', async () => {
  expect((await session.get(`/users/${user}/mailFolders/drafts/messageRules`)).status).toBe(400);
  expect((await session.get(`/users/${user}/mailFolders/nowhere/messageRules`)).status).toBe(404);
  const other = await startSession({ roles: ['User.Read.All', 'Mail.Read'] });
  const [id = ''] = await other.users();
  for (const rest of ['mailboxSettings', 'mailFolders/inbox/messageRules', 'outlook/masterCategories']) {
    const reply = await other.get(`/users/${id}/${rest}`);
    expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([403, 'ErrorAccessDenied']);
  }
  await other.close();
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  await session.get(`/users/${user}/mailboxSettings?$select=timeZone,workingHours`);
  await session.simulator.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});

/** A run without changes asks for little more than anybody must, and Microsoft's limits leave it time to spare. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  checkClientHeaders,
  checkGraphTraffic,
  isGraphContractAvailable,
} from '../../support/graph-contract.ts';
import { idleCost, mixedOrganization, type IdleCost } from '../../support/idle-run.ts';

const accounts = 20;
const users = 17;
const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-idle-'));
const trafficFile = join(folderPath, 'traffic.ndjson');
let cost: IdleCost;

beforeAll(async () => {
  cost = await idleCost({ ...mixedOrganization(accounts), trafficFile });
});
afterAll(() => rmSync(folderPath, { recursive: true, force: true }));

test('is about people, groups with and without a team, and sites, in all services', () => {
  expect(cost.outcome).toBe('complete');
  expect(cost.accounts.get('user')).toBe(users);
  expect(cost.accounts.get('group')).toBeGreaterThan(1);
  expect(cost.accounts.get('site')).toBeGreaterThan(1);
  expect(cost.services.map(({ service }) => service).sort()).toEqual(
    [
      ...['directory', 'mail', 'calendar', 'contacts', 'tasks', 'settings'],
      ...['drive', 'chat', 'site', 'team', 'thread', 'planner'],
    ].sort(),
  );
});

test('sends at most a tenth more requests than the organization makes necessary', () => {
  const { sent, needed, withoutDelta } = cost.all;
  expect(sent).toBeLessThanOrEqual(1.1 * (needed + withoutDelta));
});

test('asks for hidden mail folders once a mailbox, and for nothing else beyond what is necessary', () => {
  const beyond = cost.services.map(
    ({ service, sent, needed, withoutDelta }) => [service, sent - needed - withoutDelta] as const,
  );
  // Fewer would mean that something was not looked at.
  expect(new Map(beyond.filter(([, requests]) => requests !== 0))).toEqual(new Map([['mail', users]]));
});

test('says to SharePoint who asks, and to the directory that it can wait, from the first request on', () => {
  const { sharePoint, directory } = checkClientHeaders(trafficFile);
  // A list of drives and a delta in either run, and two downloads in the first.
  expect(sharePoint.seen).toBeGreaterThanOrEqual(users * 6);
  expect(sharePoint.undecorated).toEqual([]);
  expect(directory.seen).toBeGreaterThanOrEqual(2);
  expect(directory.impatient).toEqual([]);
});

test.skipIf(!isGraphContractAvailable)(
  'everything that is sent and understood keeps to the Graph contract',
  () => {
    const verdict = checkGraphTraffic(trafficFile);
    if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
    expect(verdict).toMatchObject({ errors: 0 });
  },
);

test('is planned with the resource units that SharePoint counts', () => {
  expect(cost.units.counted).toBeGreaterThan(accounts);
  expect(cost.units.planned).toBe(cost.units.counted);
});

test('is planned to take seconds under the real limits', () => {
  expect(cost.planned.requests).toBe(cost.all.sent);
  expect(cost.planned.endMs.size).toBe(5);
  // Sixteen accounts at once with four requests each are 64 at a time, of a fifth of a second each.
  expect(cost.planned.durationMs).toBeGreaterThan((200 * cost.all.sent) / 64);
  expect(cost.planned.durationMs).toBeLessThan(20_000);
});

/** A run without changes asks for little more than anybody must, and Microsoft's limits leave it time to spare. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkClientHeaders } from '../../support/graph-contract.ts';
import { idleCost, smallOrganization, type IdleCost, servicesOfPeople } from '../../support/idle-run.ts';

const accounts = 20;
const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-idle-'));
const trafficFile = join(folderPath, 'traffic.ndjson');
let cost: IdleCost;

beforeAll(async () => {
  cost = await idleCost({
    ...smallOrganization(accounts),
    trafficFile,
  });
});
afterAll(() => rmSync(folderPath, { recursive: true, force: true }));

test('sends at most a tenth more requests than the organization makes necessary', () => {
  expect(cost.outcome).toBe('complete');
  expect(cost.services.map(({ service }) => service).sort()).toEqual(
    ['directory', ...servicesOfPeople].sort(),
  );
  for (const { service, needed } of cost.services) expect(needed, service).toBeGreaterThan(0);
  expect(cost.sent).toBeLessThanOrEqual(1.1 * cost.needed);
  // Fewer would mean that something was not looked at.
  for (const { sent, needed } of cost.services) expect(sent).toBeGreaterThanOrEqual(needed);
});

test('asks for hidden mail folders once a mailbox, and not for the children of those that have none', () => {
  const mail = cost.services.find(({ service }) => service === 'mail');
  expect(mail?.sent).toBe(mail!.needed + accounts);
});

test('says to SharePoint who asks, and to the directory that it can wait, from the first request on', () => {
  const { sharePoint, directory } = checkClientHeaders(trafficFile);
  // A list of drives and a delta in either run, and two downloads in the first.
  expect(sharePoint.seen).toBeGreaterThanOrEqual(accounts * 6);
  expect(sharePoint.undecorated).toEqual([]);
  expect(directory.seen).toBeGreaterThanOrEqual(2);
  expect(directory.impatient).toEqual([]);
});

test('is planned to take seconds under the real limits', () => {
  expect(cost.planned.requests).toBe(cost.sent);
  // Sixteen accounts at once with four requests each are 64 at a time, of a fifth of a second each.
  expect(cost.planned.durationMs).toBeGreaterThan((200 * cost.sent) / 64);
  expect(cost.planned.durationMs).toBeLessThan(20_000);
});

/** Calendars, contacts, tasks, settings and files through rounds of changes and faults. */
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  checkClientManners,
  checkFaultyTraffic,
  isGraphContractAvailable,
} from '../support/graph-contract.ts';
import { failedCauses, ServiceRounds } from './service-rounds.ts';

const trafficFile = join(tmpdir(), `holdfast-services-${process.pid}.ndjson`);
const rounds = 3;
let organization: ServiceRounds;

beforeAll(async () => {
  organization = await ServiceRounds.open(20_261_121, {
    trafficFile,
    users: 5,
    calendar: { itemsPerUser: 40 },
    contacts: { itemsPerUser: 40 },
    tasks: { itemsPerUser: 30 },
    drives: { filesPerDrive: 60 },
  });
});
afterAll(async () => {
  await organization.close();
  rmSync(trafficFile, { force: true });
});

test('a first backup holds everything', async () => {
  expect(failedCauses(await organization.backUp(0))).toEqual([]);
  expect(await organization.differences()).toEqual([]);
});

test.each(Array.from({ length: rounds }, (_, round) => round + 1))(
  'after round %i of changes the snapshot is the organization',
  async (round) => {
    await organization.change(round);
    expect(failedCauses(await organization.backUp(round))).toEqual([]);
    expect(await organization.differences()).toEqual([]);
  },
);

test('no mailbox had more than four requests at once or one before its Retry-After had ended', () => {
  const manners = checkClientManners(trafficFile);
  expect(manners.mailExchanges).toBeGreaterThan(500);
  expect(manners.maxConcurrent).toBeLessThanOrEqual(4);
  expect(manners.earlyCalls).toEqual([]);
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', () => {
  expect(checkFaultyTraffic(trafficFile)).toMatchObject({ errors: 0 });
});

test('a run without changes writes no pack', async () => {
  const report = await organization.backUpHealthy();
  expect(report).toMatchObject({ stored: { packs: 0 }, counts: { saved: 0, removed: 0 } });
});

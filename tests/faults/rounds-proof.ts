/**
 * Twenty rounds of random changes with all faults, of an organization of 200 people, 40 sites and 20 teams.
 * `npm run proof:rounds [users sites teams rounds seed [file]]`; prints the seed, so that a failure can be played again.
 * With a file, all traffic is recorded in it, two and a half gigabytes of a full run, and checked in the end.
 */
import { checkLongTraffic } from '../support/long-traffic.ts';
import { OrganizationRounds } from './organization-rounds.ts';
import { failedCauses } from './service-rounds.ts';

const [users = 200, sites = 40, teams = 20, rounds = 20, seed = Date.now() % 1_000_000] = process.argv
  .slice(2, 7)
  .map(Number);
const trafficFile = process.argv[7];
/** Of a line: address, service, lost or not. */
const kindWords = 3;
const shownKinds = 30;
process.stdout.write(`seed ${seed}: ${users} users, ${sites} sites, ${teams} teams, ${rounds} rounds\n`);
const organization = await OrganizationRounds.open(seed, Math.max(1, Math.ceil(users / 20)), {
  ...(trafficFile === undefined ? {} : { trafficFile }),
  users,
  messagesPerUser: 20,
  sites: { count: sites },
  teams: { count: teams, postsPerChannel: 10 },
  groups: { count: Math.ceil(teams / 2) },
  chats: { count: users },
  drives: { filesPerDrive: 25 },
});
let isEqual = true;
for (let round = 0; round <= rounds; round += 1) {
  if (round > 0) await organization.change(round);
  const startedMs = performance.now();
  const report = await organization.backUp(round);
  const { found, things, locked } = await organization.differences();
  const wrong = [...failedCauses(report).map((cause) => JSON.stringify(cause)), ...found];
  const toldLocked = report.issues.find(({ code }) => code === 'site-locked')?.count ?? 0;
  if (toldLocked !== locked)
    wrong.push(`the report says ${toldLocked} locked, the organization has ${locked}`);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  const skips = report.issues.map(({ code, count }) => `${count} ${code}`).join(', ');
  process.stdout.write(
    `round ${round}: ${things} things compared, skipped: ${skips || 'none'}; ${wrong.length} differences, ${seconds} s\n`,
  );
  for (const line of summary(wrong)) process.stdout.write(`  ${line}\n`);
  isEqual &&= wrong.length === 0;
}
const manners = await organization.manners();
process.stdout.write(`${JSON.stringify(manners)}\n`);
await organization.close();
const isPolite = manners.maxConcurrencyPerMailbox <= 4 && manners.retryAfters > 0 && manners.earlyCalls === 0;
const isTrafficRight = trafficFile === undefined || (await judge(trafficFile));
process.exitCode = isEqual && isPolite && isTrafficRight ? 0 : 1;

async function judge(recording: string): Promise<boolean> {
  const verdict = await checkLongTraffic(recording);
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  if (verdict.errors === null) process.stdout.write('No Graph contract at hand: not checked against it.\n');
  return (verdict.errors ?? 0) === 0 && verdict.maxConcurrent <= 4 && verdict.earlyCalls === 0;
}

/** The first of each kind of difference, with how many there are: a kind is an account, a service and what is wrong. */
function summary(lines: readonly string[]): string[] {
  const kinds = Map.groupBy(lines, (line) => line.split(' ', kindWords).join(' '));
  return [...kinds.values()].slice(0, shownKinds).map((same) => `${same[0]} (${same.length} of this kind)`);
}

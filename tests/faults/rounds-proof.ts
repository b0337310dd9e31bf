/**
 * Twenty rounds of random changes with all faults, of an organization of 200 people, 40 sites and 20 teams.
 * `npm run proof:rounds [users sites teams rounds seed]`; prints the seed, so that a failure can be played again.
 */
import { OrganizationRounds } from './organization-rounds.ts';
import { failedCauses } from './service-rounds.ts';

const [users = 200, sites = 40, teams = 20, rounds = 20, seed = Date.now() % 1_000_000] = process.argv
  .slice(2)
  .map(Number);
const shownLines = 10;
process.stdout.write(`seed ${seed}: ${users} users, ${sites} sites, ${teams} teams, ${rounds} rounds\n`);
const organization = await OrganizationRounds.open(seed, Math.max(1, Math.ceil(users / 20)), {
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
  const { found, things } = await organization.differences();
  const wrong = [...failedCauses(report).map((cause) => JSON.stringify(cause)), ...found];
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  const skips = report.issues.map(({ code, count }) => `${count} ${code}`).join(', ');
  process.stdout.write(
    `round ${round}: ${things} things compared, skipped: ${skips || 'none'}; ${wrong.length} differences, ${seconds} s\n`,
  );
  for (const line of wrong.slice(0, shownLines)) process.stdout.write(`  ${line}\n`);
  isEqual &&= wrong.length === 0;
}
await organization.close();
process.exitCode = isEqual ? 0 : 1;

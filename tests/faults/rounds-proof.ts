/**
 * Twenty rounds of random changes with all faults, of a larger organization than the tests have.
 * `npm run proof:rounds [users rounds seed]`; prints the seed, so that a failure can be played again.
 */
import { failedCauses, ServiceRounds } from './service-rounds.ts';

const [users = 20, rounds = 20, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
process.stdout.write(`seed ${seed}, ${users} users, ${rounds} rounds\n`);
const organization = await ServiceRounds.open(seed, { users });
let isEqual = true;
for (let round = 0; round <= rounds; round += 1) {
  if (round > 0) await organization.change(round, Math.ceil(users / 5));
  const startedMs = performance.now();
  const report = await organization.backUp(round);
  const found = [
    ...failedCauses(report).map((cause) => JSON.stringify(cause)),
    ...(await organization.differences()),
  ];
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  process.stdout.write(
    `round ${round}: ${report.counts.skipped} skipped, ${found.length} differences, ${seconds} s\n`,
  );
  for (const line of found) process.stdout.write(`  ${line}\n`);
  isEqual &&= found.length === 0;
}
await organization.close();
process.exitCode = isEqual ? 0 : 1;

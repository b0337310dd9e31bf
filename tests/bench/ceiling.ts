/** What the ceilings have in common: every account's things, as many at once as a backup has, counted and thrown away. */
import { readFileSync } from 'node:fs';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { forEachConcurrent } from '../../src-worker/jobs/concurrency.ts';
import { BareClient, userIds } from './simulator-mail.ts';

const accountsAtOnce = 16;
/** As Microsoft allows a mailbox. */
const thingsAtOnce = 4;

interface CeilingPlan<T> {
  readonly connections: number;
  readonly pagesOf: (client: BareClient, user: string) => AsyncIterable<readonly T[]>;
  /** Reads one thing and answers its bytes. */
  readonly drain: (client: BareClient, thing: T, user: string) => Promise<number>;
}

/** Reads `{info}` from the file that the command line names, runs, and prints a JSON line. */
export async function runCeiling<T>({ connections, pagesOf, drain }: CeilingPlan<T>): Promise<void> {
  const { info } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { info: SimulatorInfo };
  const client = new BareClient(info, connections);
  await client.signIn(info);
  let items = 0;
  let bytes = 0;
  const startedMs = performance.now();
  const before = process.cpuUsage();
  await forEachConcurrent(await userIds(client), accountsAtOnce, async (user) => {
    for await (const things of pagesOf(client, user)) {
      await forEachConcurrent(things, thingsAtOnce, async (thing) => {
        const sizeBytes = await drain(client, thing, user);
        bytes += sizeBytes;
        items += 1;
      });
    }
  });
  const { user, system } = process.cpuUsage(before);
  const durationMs = performance.now() - startedMs;
  process.stdout.write(
    `${JSON.stringify({ items, bytes, durationMs, cpuSeconds: (user + system) / 1e6 })}\n`,
  );
  await client.close();
}

/**
 * The ceiling: fetches every message of an organization with undici and keep-alive, with the concurrency that the
 * backup has, and throws the bytes away. `node fetch-ceiling.ts CONFIG.json`; prints a JSON line.
 */
import { readFileSync } from 'node:fs';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { forEachConcurrent } from '../../src-worker/jobs/concurrency.ts';
import { BareClient, messageIdPages, userIds } from './simulator-mail.ts';

const { info } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { info: SimulatorInfo };
const accountsAtOnce = 16;
const requestsAtOnce = 4;
const client = new BareClient(info, accountsAtOnce * requestsAtOnce);
await client.signIn(info);

let items = 0;
let bytes = 0;
const startedMs = performance.now();
const before = process.cpuUsage();
await forEachConcurrent(await userIds(client), accountsAtOnce, async (user) => {
  for await (const ids of messageIdPages(client, user)) {
    await forEachConcurrent(ids, requestsAtOnce, async (id) => {
      const sizeBytes = await client.drain(`/v1.0/users/${user}/messages/${id}/$value`);
      bytes += sizeBytes;
      items += 1;
    });
  }
});
const { user, system } = process.cpuUsage(before);
const durationMs = performance.now() - startedMs;
process.stdout.write(`${JSON.stringify({ items, bytes, durationMs, cpuSeconds: (user + system) / 1e6 })}\n`);
await client.close();

/**
 * The ceiling for files: lists every drive by its delta and downloads each file with undici and keep-alive, as many at
 * once as the backup, and throws the bytes away. `node files-ceiling.ts CONFIG.json`; prints a JSON line.
 */
import { readFileSync } from 'node:fs';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { forEachConcurrent } from '../../src-worker/jobs/concurrency.ts';
import { BareClient, fileUrlPages, userIds } from './simulator-mail.ts';

const { info } = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as { info: SimulatorInfo };
const accountsAtOnce = 16;
const filesAtOnce = 4;
/** As many as the backup has on SharePoint. */
const connections = 32;
const client = new BareClient(info, connections);
await client.signIn(info);

let items = 0;
let bytes = 0;
const startedMs = performance.now();
const before = process.cpuUsage();
await forEachConcurrent(await userIds(client), accountsAtOnce, async (user) => {
  for await (const urls of fileUrlPages(client, user)) {
    await forEachConcurrent(urls, filesAtOnce, async (url) => {
      const sizeBytes = await client.drainUrl(url);
      bytes += sizeBytes;
      items += 1;
    });
  }
});
const { user, system } = process.cpuUsage(before);
const durationMs = performance.now() - startedMs;
process.stdout.write(`${JSON.stringify({ items, bytes, durationMs, cpuSeconds: (user + system) / 1e6 })}\n`);
await client.close();

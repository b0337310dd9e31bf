/**
 * The proof "1,000 accounts without changes": the requests of such a run against the fewest that the organization allows,
 * and its planned duration under Microsoft's limits. `npm run proof:idle [accounts]`; takes some minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idleCost, smallOrganization } from '../support/idle-run.ts';
import { printTable } from './table.ts';

const mostShare = 1.1;
const longestMs = 3_600_000;

const accounts = Number(process.argv[2] ?? 1_000);
const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-idle-'));
try {
  const trafficFile = join(folderPath, 'traffic.ndjson');
  const cost = await idleCost({ ...smallOrganization(accounts), trafficFile });
  const row = (name: string, sent: number, needed: number): string[] => [
    name,
    String(sent),
    String(needed),
    `${((100 * sent) / needed).toFixed(1)} %`,
  ];
  printTable(
    ['service', 'requests', 'minimum', 'share'],
    [
      ...cost.services.map(({ service, sent, needed }) => row(service, sent, needed)),
      row('all', cost.sent, cost.needed),
    ],
  );
  const { durationMs, endMs } = cost.planned;
  const ends = [...endMs].map(([service, atMs]) => `${service} ${(atMs / 1_000).toFixed(0)} s`).join(', ');
  const holds = cost.sent <= mostShare * cost.needed && durationMs < longestMs && cost.outcome === 'complete';
  process.stdout.write(
    `${accounts} accounts, ${cost.outcome}; planned ${(durationMs / 60_000).toFixed(1)} minutes (${ends}); allowed ${(mostShare * 100).toFixed(0)} % and ${longestMs / 60_000} minutes: ${holds ? 'holds' : 'does NOT hold'}\n`,
  );
  process.exitCode = holds ? 0 : 1;
} finally {
  rmSync(folderPath, { recursive: true, force: true });
}

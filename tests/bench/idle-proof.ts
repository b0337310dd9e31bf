/**
 * The proof "1,000 accounts without changes": the requests of such a run against the fewest that the organization allows,
 * and its planned duration under Microsoft's limits. `npm run proof:idle [accounts]`; takes some minutes.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { idleCost, mixedOrganization, type ServiceCost } from '../support/idle-run.ts';
import { printTable } from './table.ts';

const mostShare = 1.1;
const longestMs = 3_600_000;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

function rowOf({ service, sent, needed, withoutDelta }: ServiceCost): string[] {
  const least = needed + withoutDelta;
  return [service, String(sent), String(needed), String(withoutDelta), percent(sent / least)];
}

const accounts = Number(process.argv[2] ?? 1_000);
const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-idle-'));
try {
  const trafficFile = join(folderPath, 'traffic.ndjson');
  const cost = await idleCost({ ...mixedOrganization(accounts), trafficFile });
  printTable(
    ['service', 'requests', 'minimum', 'without delta', 'share of both'],
    [...cost.services, cost.all].map(rowOf),
  );
  const { sent, needed, withoutDelta } = cost.all;
  const { durationMs, endMs } = cost.planned;
  const kinds = [...cost.accounts].map(([kind, count]) => `${count} of kind ${kind}`).join(', ');
  const ends = [...endMs].map(([service, atMs]) => `${service} ${(atMs / 1_000).toFixed(0)} s`).join(', ');
  const isCheap = sent <= mostShare * (needed + withoutDelta);
  const holds = isCheap && durationMs < longestMs && cost.outcome === 'complete';
  process.stdout.write(
    `${kinds}: ${cost.outcome}; ${percent(sent / needed)} of the minimum alone; ${cost.units.counted} resource units; ` +
      `planned ${(durationMs / 60_000).toFixed(1)} minutes (${ends}); ` +
      `allowed ${percent(mostShare)} of both and ${longestMs / 60_000} minutes: ${holds ? 'holds' : 'does NOT hold'}\n`,
  );
  process.exitCode = holds ? 0 : 1;
} finally {
  rmSync(folderPath, { recursive: true, force: true });
}

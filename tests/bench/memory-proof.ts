/**
 * Memory of a backup at 10,000 and at 1,000,000 messages, as the peak of resident memory after unlocking. The allowed
 * growth is 40 bytes a chunk plus 20 MB. `npm run proof:memory [small large bytes]`; takes about a quarter of an hour.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { launcherSettings } from './launcher-settings.ts';
import { printTable } from './table.ts';

const mailboxes = 10;
const largestPeakBytes = 400e6;
const fixedGrowthBytes = 20e6;
const growthBytesPerChunk = 40;

interface Result {
  readonly report: {
    readonly counts: { readonly saved: number };
    readonly stored: { readonly chunks: number };
    readonly durationMs: number;
  };
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

async function measure(messages: number): Promise<Result> {
  const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-memory-'));
  const options: SimulatorOptions = {
    profile: 'uniform',
    users: mailboxes,
    messagesPerUser: messages / mailboxes,
    messageSizeBytes,
    limits: { isEnforced: true, requestsPerWindow: 100_000_000 },
  };
  const optionsPath = join(folderPath, 'options.json');
  writeFileSync(optionsPath, JSON.stringify(options));
  const simulator = fork('src-simulator/entry.ts', ['--options', optionsPath], { stdio: 'ignore' });
  try {
    const [{ info }] = (await once(simulator, 'message')) as [{ info: SimulatorInfo }];
    return await backUp(info, folderPath);
  } finally {
    simulator.disconnect();
    rmSync(folderPath, { recursive: true, force: true });
  }
}

async function backUp(info: SimulatorInfo, folderPath: string): Promise<Result> {
  const configPath = join(folderPath, 'config.json');
  const vaultPath = join(folderPath, 'vault');
  const catalogPath = join(folderPath, 'catalog');
  writeFileSync(configPath, JSON.stringify({ info, vaultPath, catalogPath, isRateFree: true }));
  const child = fork('tests/bench/backup-once.ts', [configPath], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ...launcherSettings, BENCH_PROGRESS: '1' },
  });
  let output = '';
  child.stdout?.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  await once(child, 'close');
  return JSON.parse(output) as Result;
}

const [smallCount = 10_000, largeCount = 1_000_000, messageSizeBytes = 16 * 1024] = process.argv
  .slice(2)
  .map(Number);
const small = await measure(smallCount);
const large = await measure(largeCount);
const growthBytes = large.peakRssBytes - small.peakRssBytes;
const allowedBytes =
  fixedGrowthBytes + growthBytesPerChunk * (large.report.stored.chunks - small.report.stored.chunks);
printTable(
  ['messages', 'chunks', 'peak MB', 'seconds', 'CPU s'],
  [small, large].map(({ report, peakRssBytes, cpuSeconds }) => [
    String(report.counts.saved),
    String(report.stored.chunks),
    (peakRssBytes / 1e6).toFixed(0),
    (report.durationMs / 1000).toFixed(0),
    cpuSeconds.toFixed(1),
  ]),
);
const isWithin = growthBytes <= allowedBytes && large.peakRssBytes < largestPeakBytes;
process.stdout.write(
  `growth ${(growthBytes / 1e6).toFixed(1)} MB, allowed ${(allowedBytes / 1e6).toFixed(1)} MB; peak allowed ${largestPeakBytes / 1e6} MB: ${isWithin ? 'holds' : 'does NOT hold'}\n`,
);
process.exitCode = isWithin ? 0 : 1;

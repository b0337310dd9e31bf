/**
 * Files through the backup against a client that only downloads, pinned as in the benchmark of mail, and the peak of
 * memory of 10 GB. `npm run proof:files [gigabytes]`. A row of speed counts where the simulator was idle for at least
 * 30 % of both runs; Microsoft lets an application of a small organization have 400 GB an hour, which is 111 MB/s.
 */
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import { median, PinnedBench, requiredIdleShare, type Measured } from './pinned-bench.ts';
import { printTable } from './table.ts';

const [gigabytes = 10] = process.argv.slice(2).map(Number);
const rounds = 3;
const users = 32;
const mostPeakBytes = 400e6;
const leastRatio = 0.7;
const contest = {
  ceilingScript: 'tests/bench/files-ceiling.ts',
  services: ['drive' as const],
  isRateFree: true,
};

function organization(fileSizeBytes: number, totalBytes: number, latencyMs: number): SimulatorOptions {
  const filesPerDrive = Math.max(1, Math.round(totalBytes / users / fileSizeBytes));
  return {
    profile: 'uniform',
    users,
    messagesPerUser: 0,
    latencyMs,
    drives: { filesPerDrive, fileSizeBytes },
    unitLimits: { isEnforced: false },
  };
}

const scenarios = [
  { name: '200 KB files, 25 ms away', sizeBytes: 200e3, totalBytes: 0.6e9, latencyMs: 25 },
  { name: '200 KB files, 100 ms away', sizeBytes: 200e3, totalBytes: 0.4e9, latencyMs: 100 },
  { name: '10 MB files, 25 ms away', sizeBytes: 10e6, totalBytes: 1.6e9, latencyMs: 25 },
  { name: '10 MB files, 100 ms away', sizeBytes: 10e6, totalBytes: 1.6e9, latencyMs: 100 },
];

const rows: string[][] = [];
let isHeld = true;
for (const { name, sizeBytes, totalBytes, latencyMs } of scenarios) {
  const bench = await PinnedBench.start(organization(sizeBytes, totalBytes, latencyMs), contest);
  const pairs: { ceiling: Measured; backup: Measured }[] = [];
  await bench.ceiling();
  for (let round = 0; round < rounds; round += 1)
    pairs.push({ ceiling: await bench.ceiling(), backup: await bench.backup() });
  await bench.close();
  const of = (pick: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(pick));
  const idle = of(({ ceiling, backup }) => Math.min(ceiling.idleShare, backup.idleShare));
  const ratio = of(({ ceiling, backup }) => backup.bytesPerSecond / ceiling.bytesPerSecond);
  const counts = idle >= requiredIdleShare;
  isHeld &&= !counts || ratio >= leastRatio;
  rows.push([
    name,
    of(({ ceiling }) => ceiling.bytesPerSecond / 1e6).toFixed(0),
    of(({ backup }) => backup.bytesPerSecond / 1e6).toFixed(0),
    ratio.toFixed(2),
    of(({ backup }) => backup.peakRssBytes / 1e6).toFixed(0),
    `${(idle * 100).toFixed(0)} %`,
    counts ? 'yes' : 'no',
  ]);
}
printTable(['scenario', 'ceiling MB/s', 'backup MB/s', 'ratio', 'peak MB', 'simulator idle', 'counts'], rows);

const bench = await PinnedBench.start(organization(10e6, gigabytes * 1e9, 0), contest);
const { bytesPerSecond, peakRssBytes, itemsPerSecond } = await bench.backup();
await bench.close();
isHeld &&= peakRssBytes < mostPeakBytes;
process.stdout.write(
  `${gigabytes} GB of files: peak ${(peakRssBytes / 1e6).toFixed(0)} MB, allowed ${mostPeakBytes / 1e6}; ${(bytesPerSecond / 1e6).toFixed(0)} MB/s, ${itemsPerSecond.toFixed(1)} files/s\n${isHeld ? 'holds' : 'does NOT hold'}\n`,
);
process.exitCode = isHeld ? 0 : 1;

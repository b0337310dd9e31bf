/**
 * Benchmark (a): a whole backup against a client that only fetches. Simulator and client are pinned to one core each;
 * a row counts only where the simulator was idle for at least 30 % of both runs. `npm run bench -- fetch`.
 */
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import { median, PinnedBench, requiredIdleShare, type Measured } from './pinned-bench.ts';
import { printTable } from './table.ts';

const rounds = 3;
const contest = { ceilingScript: 'tests/bench/fetch-ceiling.ts', services: ['mail' as const] };

interface Scenario {
  readonly name: string;
  readonly options: SimulatorOptions;
}

const limits = { isEnforced: true, requestsPerWindow: 10_000_000 };
/** Runs of 10 to 30 seconds: in shorter ones, much of the time is V8's, compiling what a real backup runs for hours. */
const scenarios: Scenario[] = [
  { latencyMs: 0, small: 1_000, typical: 320 },
  { latencyMs: 25, small: 1_000, typical: 640 },
  { latencyMs: 100, small: 400, typical: 160 },
].flatMap(({ latencyMs, small, typical }) => [
  {
    name: `8 KB mail, ${latencyMs} ms away`,
    options: { profile: 'uniform' as const, users: 32, messagesPerUser: small, latencyMs, limits },
  },
  {
    name: `typical mail, ${latencyMs} ms away`,
    options: { profile: 'typical' as const, users: 32, messagesPerUser: typical, latencyMs, limits },
  },
]);

const rows: string[][] = [];
for (const { name, options } of scenarios) {
  const bench = await PinnedBench.start(options, contest);
  const pairs: { ceiling: Measured; backup: Measured }[] = [];
  await bench.ceiling();
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({ ceiling: await bench.ceiling(), backup: await bench.backup() });
  }
  await bench.close();
  const of = (pick: (pair: (typeof pairs)[number]) => number): number => median(pairs.map(pick));
  const idle = of(({ ceiling, backup }) => Math.min(ceiling.idleShare, backup.idleShare));
  rows.push([
    name,
    of(({ ceiling }) => ceiling.itemsPerSecond).toFixed(0),
    of(({ backup }) => backup.itemsPerSecond).toFixed(0),
    of(({ ceiling, backup }) => backup.itemsPerSecond / ceiling.itemsPerSecond).toFixed(2),
    of(({ ceiling }) => ceiling.cpuMicrosPerItem).toFixed(0),
    of(({ backup }) => backup.cpuMicrosPerItem).toFixed(0),
    `${(idle * 100).toFixed(0)} %`,
    idle >= requiredIdleShare ? 'yes' : 'no',
  ]);
}
printTable(
  [
    'scenario',
    'ceiling items/s',
    'backup items/s',
    'ratio',
    'ceiling µs/item',
    'backup µs/item',
    'simulator idle',
    'counts',
  ],
  rows,
);

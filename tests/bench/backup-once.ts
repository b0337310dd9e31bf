/**
 * One backup of a simulated organization into a vault, in a process of its own so that CPU and memory are its alone.
 * `node backup-once.ts CONFIG.json`, the config being {info, vaultPath, catalogPath, services?, runs?}; prints a JSON line a run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import type { ServiceName } from '../../src-shared/model/service-name.ts';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { documentedLimits } from '../../src-worker/graph/throttle-governor.ts';
import { startEngine } from '../../src-worker/entries/engine.ts';
import { sleepUntil } from '../support/sleep.ts';

interface Config {
  readonly info: SimulatorInfo;
  readonly vaultPath: string;
  readonly catalogPath: string;
  readonly services?: readonly ServiceName[];
  readonly runs?: number;
  /** Lifts our own limits of requests a minute, so that a million messages take minutes. */
  readonly isRateFree?: boolean;
}

const config = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Config;
const { info } = config;
const { lane, maxInFlight } = documentedLimits.outlook;
const { sharepoint } = documentedLimits;
const rateFreeLimits = {
  ...documentedLimits,
  outlook: { lane: { slots: lane.slots }, maxInFlight },
  sharepoint: { lane: { slots: sharepoint.lane.slots }, maxInFlight: sharepoint.maxInFlight },
};
const engine = startEngine({
  catalogFolderPath: config.catalogPath,
  journalFolderPath: `${config.catalogPath}-journals`,
  agent: 'bench',
  productVersion: '0.1.0',
  clock: { nowMs: () => Date.now(), sleep: sleepUntil },
  random: Math.random,
  ...(config.isRateFree === true && { graph: { throttleLimits: rateFreeLimits } }),
});
const key = { kind: 'password' as const, password: 'benchmark' };
const { vault } = await openOrCreate();
const connection = {
  region: {
    kind: 'Custom' as const,
    graphRoot: info.graphRoot,
    loginAuthority: info.loginAuthority,
    caPem: info.caPem,
  },
  tenantId: info.tenantId,
  clientId: info.clientId,
  credential: { kind: 'secret' as const, secret: info.clientSecret },
};
const protectedItem = {
  id: 'b'.repeat(32),
  name: 'Benchmark',
  organizationId: '0'.repeat(32),
  vaultId: '0'.repeat(32),
  mailboxes: { mode: 'all' as const },
  services: [...(config.services ?? ['mail' as const])],
};

async function openOrCreate(): Promise<{ vault: string }> {
  const { vault: vaults } = engine.client;
  const opened = await vaults.open({ path: config.vaultPath, key }).catch(() => undefined);
  if (opened !== undefined) return opened;
  await vaults.create({ path: config.vaultPath, password: key.password });
  return vaults.open({ path: config.vaultPath, key });
}

async function backUp(): Promise<unknown> {
  const stream = await engine.client.backup.run({
    vault,
    protectedItem,
    organizationName: 'Benchmark',
    connection,
  });
  for (;;) {
    const step = await stream.next();
    if (step.done === true) return step.value;
    if (process.env['BENCH_PROGRESS'] !== undefined && step.value.itemsDone % 5000 < 50) {
      process.stderr.write(
        `${step.value.itemsDone} items, ${Math.round(process.memoryUsage.rss() / 1e6)} MB\r`,
      );
    }
  }
}

/** Resident memory right now and at its peak since the last call; Linux only, as this benchmark is. */
function peakRssBytes(): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

for (let run = 0; run < (config.runs ?? 1); run += 1) {
  const before = process.cpuUsage();
  // Writing 5 resets the high-water mark, so that the unlocking before it does not count.
  writeFileSync('/proc/self/clear_refs', '5');
  const report = await backUp();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(
    `${JSON.stringify({ report, cpuSeconds: (user + system) / 1e6, peakRssBytes: peakRssBytes() })}\n`,
  );
}
engine.close();

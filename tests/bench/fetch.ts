/**
 * Benchmark (a): a whole backup against a client that only fetches. Simulator and client are pinned to one core each;
 * a row counts only where the simulator was idle for at least 30 % of both runs. `npm run bench -- fetch`.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { printTable } from './table.ts';

const requiredIdleShare = 0.3;
const rounds = 3;

interface Scenario {
  readonly name: string;
  readonly options: SimulatorOptions;
}

const limits = { isEnforced: true, requestsPerWindow: 10_000_000 };
/** Runs of 10 to 30 seconds: in shorter ones, much of the time is V8's, compiling what a real backup runs for hours. */
const scenarios: Scenario[] = [
  { latencyMs: 0, small: 1_000, typical: 320 },
  { latencyMs: 25, small: 1_000, typical: 320 },
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

interface Measured {
  readonly itemsPerSecond: number;
  readonly cpuMicrosPerItem: number;
  readonly idleShare: number;
}

/** A pinned simulator and how to ask it what it did. */
class Bench {
  readonly #info: SimulatorInfo;
  readonly #agent: Agent;
  readonly #folderPath = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  readonly #stop: () => void;

  private constructor(info: SimulatorInfo, stop: () => void) {
    this.#info = info;
    this.#agent = new Agent({ connect: { ca: info.caPem } });
    this.#stop = stop;
  }

  static async start(options: SimulatorOptions): Promise<Bench> {
    const optionsPath = join(mkdtempSync(join(tmpdir(), 'holdfast-bench-')), 'options.json');
    writeFileSync(optionsPath, JSON.stringify(options));
    const child = fork('src-simulator/entry.ts', ['--options', optionsPath], { stdio: 'ignore' });
    execFileSync('taskset', ['-a', '-cp', '0', String(child.pid)], { stdio: 'ignore' });
    const [message] = (await once(child, 'message')) as [{ info: SimulatorInfo }];
    return new Bench(message.info, () => child.disconnect());
  }

  async ceiling(): Promise<Measured> {
    const result = (await this.#run('tests/bench/fetch-ceiling.ts')) as {
      items: number;
      durationMs: number;
      cpuSeconds: number;
    };
    return this.#measured(result.items, result.durationMs, result.cpuSeconds);
  }

  async backup(): Promise<Measured> {
    const { report, cpuSeconds } = (await this.#run('tests/bench/backup-once.ts')) as {
      report: { counts: { saved: number }; durationMs: number };
      cpuSeconds: number;
    };
    rmSync(join(this.#folderPath, 'vault'), { recursive: true });
    rmSync(join(this.#folderPath, 'catalog'), { recursive: true });
    return this.#measured(report.counts.saved, report.durationMs, cpuSeconds);
  }

  async close(): Promise<void> {
    this.#stop();
    await this.#agent.close();
    rmSync(this.#folderPath, { recursive: true, force: true });
  }

  async #run(script: string): Promise<unknown> {
    const configPath = join(this.#folderPath, 'config.json');
    const vaultPath = join(this.#folderPath, 'vault');
    const catalogPath = join(this.#folderPath, 'catalog');
    writeFileSync(configPath, JSON.stringify({ info: this.#info, vaultPath, catalogPath }));
    await this.#control('POST', '/control/stats/reset');
    const child = fork(script, [configPath], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    execFileSync('taskset', ['-a', '-cp', '1', String(child.pid)], { stdio: 'ignore' });
    let output = '';
    child.stdout?.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
    await once(child, 'close');
    return JSON.parse(output);
  }

  async #measured(items: number, durationMs: number, cpuSeconds: number): Promise<Measured> {
    const { idleShare } = (await this.#control('GET', '/control/stats')) as { idleShare: number };
    return {
      itemsPerSecond: (items * 1000) / durationMs,
      cpuMicrosPerItem: (cpuSeconds * 1e6) / items,
      idleShare,
    };
  }

  async #control(method: 'GET' | 'POST', path: string): Promise<unknown> {
    const headers = { 'x-control-token': this.#info.controlToken };
    const answer = await request(`${this.#info.origin}${path}`, { method, headers, dispatcher: this.#agent });
    return answer.body.json().catch(() => ({}));
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const rows: string[][] = [];
for (const { name, options } of scenarios) {
  const bench = await Bench.start(options);
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

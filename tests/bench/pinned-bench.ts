/**
 * A simulator on one core and a client on the other, and what each did: the client's items and bytes a second and its
 * CPU time, the simulator's idle share. What is compared counts only where the simulator was not what held it up.
 */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { ServiceName } from '../../src-shared/model/service-name.ts';
import type { SimulatorOptions } from '../../src-simulator/options.ts';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';
import { launcherSettings } from './launcher-settings.ts';

/** The simulator must have been idle for this share of a run, or the run measured the simulator. */
export const requiredIdleShare = 0.3;

export interface Measured {
  readonly itemsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly cpuMicrosPerItem: number;
  readonly idleShare: number;
  /** Of the backup; 0 of a ceiling. */
  readonly peakRssBytes: number;
}

/** What is run: the script of the ceiling, and what the backup saves. */
interface Contest {
  readonly ceilingScript: string;
  readonly services: readonly ServiceName[];
  /** Without our own limits of requests a minute. */
  readonly isRateFree?: boolean;
}

/** What the scripts print. */
interface CeilingResult {
  readonly items: number;
  readonly bytes: number;
  readonly durationMs: number;
  readonly cpuSeconds: number;
}
interface BackupResult {
  readonly report: {
    readonly counts: { readonly saved: number; readonly bytes: number };
    readonly durationMs: number;
  };
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** A pinned simulator and how to ask it what it did. */
export class PinnedBench {
  readonly #info: SimulatorInfo;
  readonly #agent: Agent;
  readonly #folderPath = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  readonly #contest: Contest;
  readonly #stop: () => void;

  private constructor(info: SimulatorInfo, contest: Contest, stop: () => void) {
    this.#info = info;
    this.#contest = contest;
    this.#agent = new Agent({ connect: { ca: info.caPem } });
    this.#stop = stop;
  }

  static async start(options: SimulatorOptions, contest: Contest): Promise<PinnedBench> {
    const optionsPath = join(mkdtempSync(join(tmpdir(), 'holdfast-bench-')), 'options.json');
    writeFileSync(optionsPath, JSON.stringify(options));
    const child = fork('src-simulator/entry.ts', ['--options', optionsPath], { stdio: 'ignore' });
    execFileSync('taskset', ['-a', '-cp', '0', String(child.pid)], { stdio: 'ignore' });
    const [message] = (await once(child, 'message')) as [{ info: SimulatorInfo }];
    return new PinnedBench(message.info, contest, () => child.disconnect());
  }

  async ceiling(): Promise<Measured> {
    const result = (await this.#run(this.#contest.ceilingScript)) as CeilingResult;
    return this.#measured({ ...result, peakRssBytes: 0 });
  }

  async backup(): Promise<Measured> {
    const { report, ...used } = (await this.#run('tests/bench/backup-once.ts')) as BackupResult;
    rmSync(join(this.#folderPath, 'vault'), { recursive: true });
    rmSync(join(this.#folderPath, 'catalog'), { recursive: true });
    const { counts, durationMs } = report;
    return this.#measured({ ...used, items: counts.saved, bytes: counts.bytes, durationMs });
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
    const { services, isRateFree } = this.#contest;
    const config = { info: this.#info, vaultPath, catalogPath, services, isRateFree };
    writeFileSync(configPath, JSON.stringify(config));
    await this.#control('POST', '/control/stats/reset');
    const child = fork(script, [configPath], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...launcherSettings },
    });
    execFileSync('taskset', ['-a', '-cp', '1', String(child.pid)], { stdio: 'ignore' });
    let output = '';
    child.stdout?.on('data', (piece: Buffer) => {
      output += piece.toString();
    });
    await once(child, 'close');
    return JSON.parse(output);
  }

  async #measured({
    items,
    bytes,
    durationMs,
    cpuSeconds,
    peakRssBytes,
  }: CeilingResult & Pick<BackupResult, 'peakRssBytes'>): Promise<Measured> {
    const { idleShare } = (await this.#control('GET', '/control/stats')) as { idleShare: number };
    return {
      itemsPerSecond: (items * 1000) / durationMs,
      bytesPerSecond: (bytes * 1000) / durationMs,
      cpuMicrosPerItem: (cpuSeconds * 1e6) / items,
      idleShare,
      peakRssBytes,
    };
  }

  async #control(method: 'GET' | 'POST', path: string): Promise<unknown> {
    const headers = { 'x-control-token': this.#info.controlToken };
    const answer = await request(`${this.#info.origin}${path}`, { method, headers, dispatcher: this.#agent });
    return answer.body.json().catch(() => ({}));
  }
}

/** The middle one of `values`. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

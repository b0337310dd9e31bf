/** Runs `holdfast` on a machine of its own: a temporary folder for records, vaults and files. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Agent, request } from 'undici';
import { runCommandLine } from '../../../src-main/cli/program.ts';
import { systemClock } from '../../../src-main/cli/system-clock.ts';
import type { SimulatorInfo } from '../../../src-simulator/start-simulator.ts';

const launchPath = join(import.meta.dirname, '../../../src-main/launch.mjs');

/** How a command ended. */
export interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Secrets that no file and no output may hold. */
export const secrets = { passphrase: 'tidal passphrase 31', vaultPassword: 'slack water 77' };

type Environment = Readonly<Record<string, string | undefined>>;

/** What was written. */
class Recorder {
  text = '';

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

export class Machine {
  readonly folderPath = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
  readonly homePath = join(this.folderPath, 'home');

  path(...names: string[]): string {
    return join(this.folderPath, ...names);
  }

  file(name: string, content: string): string {
    writeFileSync(this.path(name), content);
    return this.path(name);
  }

  /** Starts the program as a process of its own. */
  start(words: readonly string[], env: Environment = {}): ChildProcess {
    return spawn(process.execPath, [launchPath, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: this.#environment(env),
    });
  }

  /** Runs a command line to its end, in this process: the program without its start, which costs as much as the rest. */
  async run(words: readonly string[], env: Environment = {}): Promise<Ended> {
    const [output, errors] = [new Recorder(), new Recorder()];
    const { platform } = process;
    const input = Readable.from([]);
    const terminal = { input, output, errors, env: this.#environment(env), platform, clock: systemClock };
    const exitCode = await runCommandLine(terminal, words);
    return { exitCode, output: output.text, errors: errors.text };
  }

  #environment(env: Environment): Environment {
    return {
      PATH: process.env['PATH'],
      HOLDFAST_HOME: this.homePath,
      HOLDFAST_PASSPHRASE: secrets.passphrase,
      HOLDFAST_VAULT_PASSWORD: secrets.vaultPassword,
      HOLDFAST_PASSWORD_COST: 'least',
      ...env,
    };
  }

  /** Runs with `--json` and answers the document; the command must end with `exitCode`. */
  async json<T>(words: readonly string[], exitCode = 0): Promise<T> {
    const ended = await this.run([...words, '--json']);
    if (ended.exitCode !== exitCode) {
      throw new Error(`exit ${ended.exitCode}, expected ${exitCode}: ${ended.output}${ended.errors}`);
    }
    return JSON.parse(ended.output) as T;
  }

  /** Options of `organization add` for a simulated organization. */
  organizationOptions(info: SimulatorInfo): string[] {
    const caPath = this.file('ca.pem', info.caPem);
    const secretPath = this.file('secret.txt', info.clientSecret);
    return [
      ...['--region', 'Custom', '--graph-root', info.graphRoot, '--login-authority', info.loginAuthority],
      ...['--ca-file', caPath, '--tenant', info.tenantId, '--client-id', info.clientId],
      ...['--secret-file', secretPath],
    ];
  }

  /** A vault, the organization and a protected item, ready for a backup. */
  async setUp(info: SimulatorInfo, itemOptions: readonly string[] = []): Promise<void> {
    await this.json(['vault', 'create', this.path('vault')]);
    await this.json(['organization', 'add', 'Sample', ...this.organizationOptions(info)]);
    await this.json(['protected-item', 'create', 'All mail', '--services', 'mail', ...itemOptions]);
  }

  remove(): void {
    rmSync(this.folderPath, { recursive: true, force: true });
  }
}

/** Waits for the end of a command. */
export async function ending(child: ChildProcess): Promise<Ended> {
  if (child.stdout === null || child.stderr === null) throw new Error('no output');
  const [output, errors, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { exitCode, output, errors };
}

/** Asks the simulator's control endpoint. */
export async function control<T>(info: SimulatorInfo, command: string, body?: unknown): Promise<T> {
  const [method, path] = command.split(' ') as ['GET' | 'POST', string];
  const agent = new Agent({ connect: { ca: info.caPem } });
  try {
    const answer = await request(`${info.controlUrl}/${path}`, {
      method,
      dispatcher: agent,
      headers: { 'x-control-token': info.controlToken, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await answer.body.json()) as T;
  } finally {
    await agent.destroy();
  }
}

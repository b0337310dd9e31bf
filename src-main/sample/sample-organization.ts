/**
 * The sample organization as a child process: a simulated Microsoft 365 on loopback, so that Holdfast can be tried and
 * demonstrated without a tenant. Reached only through its entry and its control endpoint, like something foreign.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';

const infoSchema = z.object({
  origin: z.string(),
  graphRoot: z.string(),
  loginAuthority: z.string(),
  caPem: z.string(),
  tenantId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  controlUrl: z.string(),
  controlToken: z.string(),
});
/** What is needed to reach it. */
export type SampleInfo = z.infer<typeof infoSchema>;

/** What the sample organization can be asked for; everything has a default of its own. */
export interface SampleOptions {
  readonly users?: number | undefined;
  readonly messagesPerUser?: number | undefined;
  readonly latencyMs?: number | undefined;
  readonly port?: number | undefined;
  readonly seed?: number | undefined;
  /** Where all traffic is recorded, one line of JSON an exchange. */
  readonly trafficFile?: string | undefined;
}

const readySchema = z.object({ type: z.literal('ready'), info: infoSchema });
const entryPath = fileURLToPath(new URL('../../src-simulator/entry.ts', import.meta.url));

export class SampleOrganization {
  readonly info: SampleInfo;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, info: SampleInfo) {
    this.#process = child;
    this.info = info;
  }

  /** Starts it; throws `internal` with its last words when it does not come up. */
  static async start(options: SampleOptions = {}): Promise<SampleOrganization> {
    const folderPath = await mkdtemp(join(tmpdir(), 'holdfast-sample-'));
    try {
      const optionsPath = join(folderPath, 'options.json');
      await writeFile(optionsPath, JSON.stringify({ profile: 'sample', ...options }), { mode: 0o600 });
      // Its own process group: Ctrl-C is for the command, which then ends the sample in good order.
      const child = fork(entryPath, ['--options', optionsPath], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        execArgv: [],
        detached: true,
      });
      return new SampleOrganization(child, await whenReady(child));
    } finally {
      await rm(folderPath, { recursive: true, force: true });
    }
  }

  /** Asks the control endpoint, for example `POST changes`; answers its JSON. */
  async control(method: 'GET' | 'POST', path: string, body?: unknown): Promise<unknown> {
    return JSON.parse(await this.#ask(method, path, body));
  }

  /** The lines of the ground truth about one user's mailbox. */
  async truth(user: string): Promise<unknown[]> {
    const lines = await this.#ask('GET', `truth?user=${encodeURIComponent(user)}`);
    return lines
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }

  /** Resolves when the process has ended, whoever ended it. */
  async ended(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null)
      await once(this.#process, 'exit');
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.ended();
  }

  async #ask(method: string, path: string, body?: unknown): Promise<string> {
    const { controlUrl, controlToken, caPem } = this.info;
    const headers = { 'x-control-token': controlToken, 'content-type': 'application/json' };
    const asked = request(`${controlUrl}/${path}`, { method, ca: caPem, headers });
    asked.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = z.tuple([z.custom<IncomingMessage>()]).parse(await once(asked, 'response'));
    const answer = await text(response);
    if (response.statusCode === 200) return answer;
    throw new AppError('internal', `The sample organization refused ${method} ${path}: ${answer}.`);
  }
}

async function whenReady(child: ChildProcess): Promise<SampleInfo> {
  let lastWords = '';
  child.stderr?.on(
    'data',
    (chunk: Buffer) => (lastWords = `${lastWords}${chunk.toString('utf8')}`.slice(-2000)),
  );
  const exited = once(child, 'exit').then(() => {
    throw new AppError('internal', `The sample organization did not start: ${lastWords.trim()}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), exited])) as [unknown];
  exited.catch(() => undefined);
  return readySchema.parse(message).info;
}

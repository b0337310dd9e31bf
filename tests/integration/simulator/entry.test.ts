import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulatorInfo } from '../../../src-simulator/start-simulator.ts';

const entry = join(import.meta.dirname, '../../../src-simulator/entry.ts');
let dir: string;
let optionsFile: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'entry-'));
  optionsFile = join(dir, 'options.json');
  writeFileSync(
    optionsFile,
    JSON.stringify({ profile: 'uniform', users: 1, controlToken: 'control-token-of-a-test' }),
  );
});
afterAll(() => rmSync(dir, { recursive: true }));

async function isServing(info: SimulatorInfo): Promise<boolean> {
  const agent = new Agent({ connect: { ca: info.caPem } });
  try {
    return (
      (await request(`${info.loginAuthority}/common/discovery/instance`, { dispatcher: agent }))
        .statusCode === 200
    );
  } finally {
    await agent.destroy();
  }
}

async function firstLine(child: ChildProcess): Promise<SimulatorInfo> {
  if (!child.stdout) throw new Error('no standard output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return JSON.parse(line) as SimulatorInfo;
}

const start = () =>
  spawn(process.execPath, [entry, '--options', optionsFile], { stdio: ['pipe', 'pipe', 'inherit'] });

test.each([
  ['SIGTERM', (child: ChildProcess) => child.kill('SIGTERM')],
  ['SIGINT', (child: ChildProcess) => child.kill('SIGINT')],
  ['the end of its standard input', (child: ChildProcess) => child.stdin?.end()],
])('as a process it prints one line when ready and ends in good order on %s', async (_name, end) => {
  const child = start();
  const info = await firstLine(child);
  expect(info).toMatchObject({
    controlToken: 'control-token-of-a-test',
    loginAuthority: info.origin,
    controlUrl: `${info.origin}/control`,
  });
  expect(await isServing(info)).toBe(true);
  end(child);
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('forked, it reports through the channel and ends when the channel closes', async () => {
  const child = fork(entry, ['--options', optionsFile], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [message] = (await once(child, 'message')) as [{ type: string; info: SimulatorInfo }];
  expect(message.type).toBe('ready');
  expect(await isServing(message.info)).toBe(true);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});

/** The store on a folder: the contract of all stores, and what only a folder can do wrong. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLocalDiskStore } from '../../../src-worker/stores/local-disk-store.ts';
import { MemoryStore } from '../../support/bare-vault.ts';
import { describeStore } from '../../support/store-conformance.ts';
import { interceptVaultWrites, systemError } from '../../support/vault-writes.ts';

let rootPath: string;
beforeEach(() => {
  rootPath = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
});
afterEach(() => {
  rmSync(rootPath, { recursive: true, force: true });
});

describe('a folder', () => {
  const open = (): ReturnType<typeof openLocalDiskStore> => openLocalDiskStore(join(rootPath, 'vault'));
  describeStore({ open, reopen: open });
});

describe('the memory store of the tests', () => {
  describeStore({ open: () => Promise.resolve(new MemoryStore()) });
});

test.each(['../outside', '/etc/passwd', 'a//b', 'Upper', 'packs/.hidden', 'a\\b', ''])(
  'the name "%s" is refused',
  async (name) => {
    const store = await openLocalDiskStore(rootPath);
    await expect(store.createIfAbsent(name, new Uint8Array(1))).rejects.toMatchObject({ code: 'internal' });
  },
);

test('unfinished files of this machine go when their process is gone; those of others stay', async () => {
  const folder = join(rootPath, '.tmp');
  mkdirSync(folder);
  const [ownDead, ownAlive, foreign] = [
    'agent1_999999999_aa',
    `agent1_${process.pid}_bb`,
    'agent2_999999999_cc',
  ];
  for (const name of [ownDead, ownAlive, foreign]) writeFileSync(join(folder, name), 'half');
  await openLocalDiskStore(rootPath, { agentName: 'agent1' });
  expect(readdirSync(folder).sort()).toEqual([ownAlive, foreign]);
});

test('unfinished files are in no list', async () => {
  const store = await openLocalDiskStore(rootPath);
  mkdirSync(join(rootPath, '.tmp'));
  writeFileSync(join(rootPath, '.tmp', 'agent_1_aa'), 'half');
  const names = [];
  for await (const { name } of store.list('')) names.push(name);
  expect(names).toEqual([]);
});

describe('a write that fails', () => {
  const commit = new Uint8Array(64).fill(3, 9, 10);
  test.each([
    ['ENOSPC', 'store-full'],
    ['EDQUOT', 'store-full'],
    ['EROFS', 'store-read-only'],
    ['EACCES', 'store-read-only'],
    ['EIO', 'store-unavailable'],
  ])('with %s is %s and leaves nothing behind', async (errno, code) => {
    const store = await openLocalDiskStore(rootPath);
    const stop = interceptVaultWrites({
      async writing(_kind, bytes, write) {
        await write(bytes.subarray(0, 10));
        throw systemError(errno);
      },
    });
    try {
      await expect(store.createIfAbsent('ends/a', commit)).rejects.toMatchObject({ code });
    } finally {
      stop();
    }
    expect(await store.read('ends/a')).toBeUndefined();
    expect(readdirSync(join(rootPath, '.tmp'))).toEqual([]);
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SealedFileStore } from '../../../src-main/secrets/sealed-file-store.ts';

let folderPath: string;
beforeEach(() => {
  folderPath = mkdtempSync(join(tmpdir(), 'sealed-'));
});
afterEach(() => rmSync(folderPath, { recursive: true }));

/** A store whose sealing shows what it was given; the real one is the engine's and tested there. */
function openStore(passphrases: string[] = []): SealedFileStore {
  return new SealedFileStore(join(folderPath, 'secrets.sealed'), {
    seal: ({ passphrase, secrets }) => Promise.resolve({ sealed: JSON.stringify({ passphrase, secrets }) }),
    open: ({ passphrase, sealed }) => {
      const file = JSON.parse(sealed) as { passphrase: string; secrets: Record<string, string> };
      if (file.passphrase !== passphrase) return Promise.reject(new Error('locked'));
      return Promise.resolve({ secrets: file.secrets });
    },
    passphrase: (isNew) => {
      passphrases.push(isNew ? 'asked twice' : 'asked once');
      return Promise.resolve('pp');
    },
  });
}

test('nobody is asked for a passphrase to find nothing', async () => {
  const asked: string[] = [];
  expect(await openStore(asked).get('x')).toBeUndefined();
  expect(asked).toEqual([]);
});

test('a secret is there for the next process, in a file for its owner only, with nothing left beside it', async () => {
  await openStore().set('x', '1');
  const asked: string[] = [];
  expect(await openStore(asked).get('x')).toBe('1');
  expect(asked).toEqual(['asked once']);
  expect(readdirSync(folderPath)).toEqual(['secrets.sealed']);
  expect(statSync(join(folderPath, 'secrets.sealed')).mode & 0o777).toBe(0o600);
});

test('the passphrase is asked for once a process', async () => {
  const asked: string[] = [];
  const store = openStore(asked);
  await store.set('x', '1');
  await store.set('y', '2');
  await store.get('x');
  expect(asked).toEqual(['asked twice']);
});

test('what another process stored meanwhile is kept', async () => {
  const [one, two] = [openStore(), openStore()];
  await one.set('x', '1');
  await two.unlock();
  await one.set('y', '2');
  await two.set('z', '3');
  await two.delete('x');
  const file = JSON.parse(readFileSync(join(folderPath, 'secrets.sealed'), 'utf8')) as { secrets: object };
  expect(file.secrets).toEqual({ y: '2', z: '3' });
});

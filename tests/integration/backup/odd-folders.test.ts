/** Folders that go while they are listed, and folders that share a name. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { Workload } from '../../../src-worker/workloads/workload.ts';
import { itemIn, type Told } from '../../support/told-workload.ts';
import { ToldScene } from '../../support/told-scene.ts';
import { testServices } from '../graph/simulated-organization.ts';

let scene: ToldScene;
let told: Told;

async function open(more?: Partial<Workload>): Promise<void> {
  scene = await ToldScene.open(more);
  ({ told } = scene);
}
afterEach(() => scene.close());

test('a folder deleted in the middle of its list is an issue, and gone with all of it once no list has it', async () => {
  await open();
  const gone = () => Promise.reject(new AppError('collection-gone', 'The folder was not found.'));
  told.pages = {
    a: [{ changed: [itemIn('a', 'x')] }, { before: gone }],
    b: [{ changed: [itemIn('b', 'y')] }],
  };
  expect(await scene.run()).toMatchObject({ saved: 2, failed: 1 });
  expect(scene.backup.issues()).toMatchObject([{ item: 'a', collection: 'a', code: 'collection-gone' }]);
  told.pages = { b: [] };
  expect(await scene.run()).toMatchObject({ removed: 1, failed: 0 });
  expect((await scene.backup.items()).map(({ id }) => id)).toEqual(['y']);
});

test('a folder that cannot be listed is an issue under the name that people know', async () => {
  // The second run is told of no folder anew, and still knows what it is called.
  const [found, removed] = [
    [{ id: 'a', parent: null, name: 'Invoices', isHidden: false, itemCount: null }],
    [],
  ];
  const collections = (_scope: unknown, link: string | undefined) =>
    Promise.resolve({
      ...{ found: link === undefined ? found : [], removed },
      ...{ isComplete: link === undefined, link: 'position' },
    });
  await open({ collections });
  told.pages = { a: [{ changed: [itemIn('a', 'x')] }] };
  await scene.run();
  const denied = () => Promise.reject(new AppError('access-denied', 'No.'));
  told.pages = { a: [{ before: denied }] };
  await scene.run();
  expect(scene.backup.issues()).toMatchObject([{ item: 'a', code: 'access-denied', name: 'Invoices' }]);
});

test('sibling folders of one name stay two, in the snapshot and in a restore', async () => {
  const named = (id: string) => ({ id, parent: null, name: 'Twin', isHidden: false, itemCount: null });
  const found = [named('a'), named('b')];
  const collections = () => Promise.resolve({ found, removed: [], isComplete: true, link: 'position' });
  await open({ collections });
  told.pages = { a: [{ changed: [itemIn('a', 'x')] }], b: [{ changed: [itemIn('b', 'y')] }] };
  await scene.run();
  const placed = (await scene.backup.items()).map(({ id, collection }) => `${id} in ${collection}`);
  expect(placed.sort()).toEqual(['x in a', 'y in b']);
  const targetPath = mkdtempSync(join(tmpdir(), 'holdfast-twins-'));
  try {
    expect(await scene.backup.restore(targetPath, testServices.clock)).toMatchObject({
      restored: 2,
      failed: 0,
    });
    const files = readdirSync(targetPath, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
    expect(new Set(files.map(({ parentPath }) => parentPath)).size).toBe(2);
  } finally {
    rmSync(targetPath, { recursive: true });
  }
});

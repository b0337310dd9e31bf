/** A removal that a run is told of ends also what the same run saved a moment before, and nothing else. */
import { afterEach, expect, test } from 'vitest';
import type { Workload } from '../../../src-worker/workloads/workload.ts';
import { itemIn, type Told } from '../../support/told-workload.ts';
import { ToldScene } from '../../support/told-scene.ts';

let scene: ToldScene;
let told: Told;

async function open(more?: Partial<Workload>): Promise<void> {
  scene = await ToldScene.open(more);
  ({ told } = scene);
}
afterEach(() => scene.close());

const places = async (): Promise<string[]> =>
  (await scene.backup.items()).map(({ id, collection }) => `${id} in ${collection}`);

test('an item that a later page says is gone is not in the snapshot, and does not count as removed from one', async () => {
  await open();
  told.pages = { a: [{ changed: [itemIn('a', 'x'), itemIn('a', 'y')] }, { removed: ['x'] }] };
  const counts = await scene.run();
  expect(await places()).toEqual(['y in a']);
  expect(counts).toMatchObject({ removed: 0, failed: 0 });
});

test('an item that is told again after its removal stays', async () => {
  await open();
  told.pages = { a: [{ changed: [itemIn('a', 'x')] }, { removed: ['x'] }, { changed: [itemIn('a', 'x')] }] };
  told.present = new Map([['x', itemIn('a', 'x')]]);
  await scene.run();
  expect(await places()).toEqual(['x in a']);
});

test.each([false, true])(
  'an item of before that one page removes and a later one shows as it was stays (removals are final: %s)',
  async (isRemovalFinal) => {
    await open({ isRemovalFinal });
    told.pages = { a: [{ changed: [itemIn('a', 'x')] }] };
    await scene.run();
    told.pages = { a: [{ removed: ['x'] }, { changed: [itemIn('a', 'x')] }] };
    expect(await scene.run()).toMatchObject({ removed: 0, failed: 0 });
    expect(await places()).toEqual(['x in a']);
  },
);

test.each(['b', 'a'])('an item that moved from a to b stays when %s tells of it first', async (first) => {
  await open();
  told.pages = { a: [{ changed: [itemIn('a', 'x')] }], b: [] };
  await scene.run();
  const moved = itemIn('b', 'x', { version: '2' });
  const isDone = Promise.withResolvers<undefined>();
  // A page is asked for once the one before the last was worked on: then the first collection has told its news.
  const inTurn = (id: string) => (id === first ? {} : { before: () => isDone.promise });
  const end = (id: string) => (id === first ? [{}, { before: () => isDone.resolve(undefined) }] : []);
  told.pages = {
    a: [{ removed: ['x'], ...inTurn('a') }, ...end('a')],
    b: [{ changed: [moved], ...inTurn('b') }, ...end('b')],
  };
  told.present = new Map([['x', moved]]);
  expect(await scene.run()).toMatchObject({ removed: 0 });
  expect(await places()).toEqual(['x in b']);
});

test('an item that came from another collection and is gone a page later is gone', async () => {
  await open();
  told.pages = { a: [], b: [{ changed: [itemIn('b', 'x')] }] };
  await scene.run();
  told.pages = {
    a: [{ changed: [itemIn('a', 'x', { version: '2' })] }, { removed: ['x'] }],
    b: [{ removed: ['x'] }],
  };
  expect(await scene.run()).toMatchObject({ removed: 1 });
  expect(await places()).toEqual([]);
});

test('an item that came from another collection and went on to a third is in that', async () => {
  await open();
  told.pages = { a: [], b: [{ changed: [itemIn('b', 'x')] }], c: [] };
  await scene.run();
  told.pages = {
    a: [{ changed: [itemIn('a', 'x', { version: '2' })] }, { removed: ['x'] }],
    b: [{ removed: ['x'] }],
    c: [],
  };
  told.present = new Map([['x', itemIn('c', 'x', { version: '3' })]]);
  expect(await scene.run()).toMatchObject({ removed: 0 });
  expect(await places()).toEqual(['x in c']);
});

const ownerOf = (id: string): string | undefined => (id.includes('/') ? id.split('/')[0] : undefined);
const withVersions = (...numbers: number[]) => ({
  version: String(numbers.at(-1)),
  belongings: {
    isAsOf: () => false,
    list: () => Promise.resolve(numbers.map((number) => itemIn('a', `x/${number}`))),
  },
});

test('what belongs to an item goes with it', async () => {
  await open({ ownerOf, isRemovalFinal: true });
  told.pages = { a: [{ changed: [itemIn('a', 'x', withVersions(1, 2))] }, { removed: ['x'] }] };
  expect(await scene.run()).toMatchObject({ removed: 0, failed: 0 });
  expect(await places()).toEqual([]);
});

test('what belonged to an item when a run first saw it, and does not any more, is not kept', async () => {
  await open({ ownerOf, isRemovalFinal: true });
  const states = [withVersions(1, 2), withVersions(2, 3)];
  told.pages = { a: states.map((state) => ({ changed: [itemIn('a', 'x', state)] })) };
  await scene.run();
  expect((await places()).sort()).toEqual(['x in a', 'x/2 in a', 'x/3 in a']);
});

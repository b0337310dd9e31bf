/** What every store must do, whatever it stands on (src-worker/stores/store.ts). Call it inside a `describe`. */
import { beforeEach, expect, test } from 'vitest';
import type { ObjectStore } from '../../src-worker/stores/store.ts';
import { pseudoRandomBytes } from './pseudo-random.ts';

/**
 * `open` gives a store on an empty place; `reopen` another view of the same place, as another process has
 * it, where there can be one.
 */
export interface StoreUnderTest {
  readonly open: () => Promise<ObjectStore>;
  readonly reopen?: () => Promise<ObjectStore>;
}

export function describeStore({ open, reopen }: StoreUnderTest): void {
  let store: ObjectStore;
  beforeEach(async () => {
    store = await open();
  });
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const names = async (prefix: string): Promise<string[]> => {
    const found: string[] = [];
    for await (const { name } of store.list(prefix)) found.push(name);
    return found.sort();
  };

  test('an object is read as it was written', async () => {
    const bytes = pseudoRandomBytes(300_000, 5);
    expect(await store.createIfAbsent('packs/ab/one', bytes)).toBe('created');
    expect(await store.read('packs/ab/one')).toEqual(bytes);
  });

  test('an empty object is an object', async () => {
    await store.createIfAbsent('empty', new Uint8Array(0));
    expect(await store.read('empty')).toEqual(new Uint8Array(0));
  });

  test('a part is read from the middle', async () => {
    await store.createIfAbsent('digits', text('0123456789'));
    expect(await store.read('digits', { offsetBytes: 3, lengthBytes: 4 })).toEqual(text('3456'));
  });

  test('a part behind the end is an error and not a shorter part', async () => {
    await store.createIfAbsent('digits', text('0123456789'));
    await expect(store.read('digits', { offsetBytes: 8, lengthBytes: 4 })).rejects.toThrow();
  });

  test('what is not there reads as undefined, whole and in part', async () => {
    expect(await store.read('nothing/here')).toBeUndefined();
    expect(await store.read('nothing/here', { offsetBytes: 0, lengthBytes: 1 })).toBeUndefined();
  });

  test('a name that is taken keeps its first bytes', async () => {
    await store.createIfAbsent('name', text('first'));
    expect(await store.createIfAbsent('name', text('second'))).toBe('exists');
    expect(await store.read('name')).toEqual(text('first'));
  });

  test('of many that create one name at the same time exactly one succeeds, and its bytes stand', async () => {
    const attempts = Array.from({ length: 12 }, (_, index) => store.createIfAbsent('race', text(`${index}`)));
    const results = await Promise.all(attempts);
    expect(results.filter((result) => result === 'created')).toHaveLength(1);
    expect(await store.read('race')).toEqual(text(`${results.indexOf('created')}`));
  });

  test('a list has the names and sizes below a folder, and nothing else', async () => {
    for (const name of ['ends/a', 'ends/b/c', 'endsieve', 'segs/a'])
      await store.createIfAbsent(name, text(name));
    expect(await names('ends/')).toEqual(['ends/a', 'ends/b/c']);
    expect(await names('')).toEqual(['ends/a', 'ends/b/c', 'endsieve', 'segs/a']);
    for await (const { name, sizeBytes } of store.list('')) expect(sizeBytes).toBe(name.length);
  });

  test('a list of a folder that was never written to is empty', async () => {
    expect(await names('packs/')).toEqual([]);
  });

  test('what was removed is gone, and removing it again is no error', async () => {
    await store.createIfAbsent('sessions/x', text('x'));
    await store.remove('sessions/x');
    await store.remove('sessions/x');
    expect(await store.read('sessions/x')).toBeUndefined();
    expect(await names('')).toEqual([]);
  });

  if (reopen === undefined) return;
  test('another view of the same place sees it and is kept from its names', async () => {
    await store.createIfAbsent('ends/a', text('one'));
    const other = await reopen();
    expect(await other.read('ends/a')).toEqual(text('one'));
    expect(await other.createIfAbsent('ends/a', text('two'))).toBe('exists');
  });
}

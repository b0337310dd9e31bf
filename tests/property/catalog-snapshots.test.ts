/**
 * The catalog keeps rows with the numbers of the snapshots between which they hold. Whatever happens to items and
 * collections, each snapshot must show what it showed when it was the newest, and the current state is that of the last.
 */
import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContentRef } from '../../src-shared/model/rows.ts';
import { Catalog } from '../../src-worker/catalog/catalog.ts';
import type { CatalogWriter } from '../../src-worker/catalog/catalog-writer.ts';

const chainId = 'a'.repeat(32);
const owner = { workload: 'mail', account: 'anna' };
const collections = ['inbox', 'sent', 'old'];
const ids = ['a', 'b', 'c', 'd', 'e'];

type Change =
  | { readonly kind: 'put'; readonly id: string; readonly collection: string; readonly version: number }
  | { readonly kind: 'remove'; readonly id: string; readonly collection: string }
  | { readonly kind: 'removeCollection'; readonly collection: string }
  | { readonly kind: 'putCollection'; readonly collection: string; readonly name: string };

const id = fc.constantFrom(...ids);
const collection = fc.constantFrom(...collections);
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('put' as const), id, collection, version: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove' as const), id, collection }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('removeCollection' as const), collection }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('putCollection' as const),
      collection,
      name: fc.constantFrom('Inbox', 'Eingang'),
    }),
  },
);

/** What a snapshot holds, kept the simple way. */
interface State {
  readonly items: Map<string, { collection: string; version: string }>;
  readonly collections: Map<string, string>;
}

function applyToState({ items, collections: names }: State, step: Change): void {
  switch (step.kind) {
    case 'put':
      items.set(step.id, { collection: step.collection, version: `${step.version}` });
      break;
    case 'remove':
      if (items.get(step.id)?.collection === step.collection) items.delete(step.id);
      break;
    case 'removeCollection':
      names.delete(step.collection);
      for (const [item, { collection: at }] of items) if (at === step.collection) items.delete(item);
      break;
    case 'putCollection':
      names.set(step.collection, step.name);
      break;
  }
}

function applyToCatalog(writer: CatalogWriter, step: Change): void {
  const content: ContentRef = [0, 5, [5, 0, [new Uint8Array(32)]]];
  switch (step.kind) {
    case 'put':
      writer.putItem(owner, {
        id: step.id,
        collection: step.collection,
        version: `${step.version}`,
        sizeBytes: content[1],
        content: encode(content),
        info: '{}',
      });
      break;
    case 'remove':
      writer.removeItem(owner, step);
      break;
    case 'removeCollection':
      writer.removeCollections(owner, [step.collection]);
      break;
    case 'putCollection':
      writer.putCollections(owner, [{ id: step.collection, parent: null, name: step.name, isHidden: false }]);
      break;
  }
}

function beginSnapshot(catalog: Catalog, number: number): CatalogWriter {
  return catalog.write({
    chainId,
    number,
    hash: new Uint8Array(32).fill(number),
    outcome: 'complete',
    startedAt: `2026-11-20T21:00:0${number}.000Z`,
    committedAt: `2026-11-20T21:00:0${number}.500Z`,
    protectedItem: '{}',
    counts: '{}',
    issues: '[]',
  });
}

/** The state that the catalog shows for a snapshot. */
function shownState(catalog: Catalog, number: number): State {
  const scope = { ...owner, chainId, number };
  const state: State = { items: new Map(), collections: new Map() };
  for (const name of collections) {
    for (const item of catalog.items(scope, name)) {
      expect(state.items.has(item.id), 'an item is shown twice').toBe(false);
      state.items.set(item.id, { collection: item.collection, version: item.version });
    }
  }
  for (const { id: each, name } of catalog.collections(scope)) state.collections.set(each, name);
  return state;
}

const copyOf = ({ items, collections: names }: State): State => ({
  items: new Map(items),
  collections: new Map(names),
});

describe('snapshots in the catalog', () => {
  test('each shows for ever what it showed when it was the newest', () => {
    const history = fc.array(fc.array(change, { maxLength: 12 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(history, (snapshots) => {
        const catalog = new Catalog(':memory:', new Uint8Array(32));
        const state: State = { items: new Map(), collections: new Map() };
        const expected = snapshots.map((steps, index) => {
          const writer = beginSnapshot(catalog, index + 1);
          for (const step of steps) {
            applyToCatalog(writer, step);
            applyToState(state, step);
          }
          writer.finish();
          return copyOf(state);
        });
        for (const [index, wanted] of expected.entries())
          expect(shownState(catalog, index + 1)).toEqual(wanted);
        for (const each of ids)
          expect(catalog.currentItem(chainId, owner, each)).toEqual(state.items.get(each));
        catalog.close();
      }),
      { numRuns: 150 },
    );
  });

  test('one that is rolled back leaves nothing', () => {
    const catalog = new Catalog(':memory:', new Uint8Array(32));
    const first = beginSnapshot(catalog, 1);
    applyToCatalog(first, { kind: 'put', id: 'a', collection: 'inbox', version: 1 });
    first.finish();
    const second = beginSnapshot(catalog, 2);
    applyToCatalog(second, { kind: 'remove', id: 'a', collection: 'inbox' });
    applyToCatalog(second, { kind: 'put', id: 'b', collection: 'inbox', version: 1 });
    second.rollback();
    expect(catalog.head(chainId)?.number).toBe(1);
    expect([...shownState(catalog, 1).items.keys()]).toEqual(['a']);
    expect(catalog.currentItem(chainId, owner, 'b')).toBeUndefined();
    catalog.close();
  });

  test('pages of a list join to the list, also while something is written', () => {
    const catalog = new Catalog(':memory:', new Uint8Array(32));
    const first = beginSnapshot(catalog, 1);
    const count = 5_000;
    for (let index = 0; index < count; index += 1)
      applyToCatalog(first, { kind: 'put', id: `item ${index}`, collection: 'inbox', version: 0 });
    first.finish();
    const seen = new Set<string>();
    for (const item of catalog.items({ ...owner, chainId, number: 1 }, 'inbox')) {
      seen.add(item.id);
      if (seen.size !== 10) continue;
      const second = beginSnapshot(catalog, 2);
      applyToCatalog(second, { kind: 'removeCollection', collection: 'inbox' });
      second.finish();
    }
    expect(seen.size).toBe(count);
    expect([...catalog.allContents()]).toHaveLength(count);
    catalog.close();
  });
});

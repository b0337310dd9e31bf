import { decode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContentRef, ItemRow } from '../../../src-shared/model/rows.ts';
import { maxFrameRawBytes } from '../../../src-worker/vault/format/layout.ts';
import {
  decodeCommit,
  decodeRecord,
  encodeCommit,
  encodeRecord,
  itemRows,
  itemsRecord,
  packItemRow,
  removalRows,
  removalsRecord,
  type CommitRecord,
  type SegmentRecord,
} from '../../../src-worker/vault/format/records.ts';

const memory = new Uint8Array(maxFrameRawBytes);
const encoded = (record: SegmentRecord): Uint8Array => encodeRecord(record, memory);
const owner = { workload: 'mail', account: 'anna' };
const id = fc.uint8Array({ minLength: 32, maxLength: 32 });
const key = fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' });
const object = fc.tuple(fc.nat(2 ** 40), fc.nat(4), fc.array(id, { maxLength: 9 }));
const item: fc.Arbitrary<ItemRow> = fc.record({
  id: key,
  collection: fc.constantFrom('inbox', 'sent', 'old'),
  version: fc.string({ maxLength: 40 }),
  content: fc.tuple(fc.constantFrom(0 as const, 1 as const, 2 as const), fc.nat(2 ** 40), object),
  info: fc.dictionary(
    fc.stringMatching(/^[a-z][A-Za-z0-9]{0,20}$/),
    fc.oneof(fc.string(), fc.boolean(), fc.array(fc.string())),
  ),
});

describe('records of a segment', () => {
  test('item rows come back as they were', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 20 }), (rows) => {
        const record = decodeRecord(encoded(itemsRecord(owner, rows.map(packItemRow))));
        expect(record).toMatchObject({ t: 'items', ...owner });
        const read = [...itemRows(record as Extract<SegmentRecord, { t: 'items' }>)];
        // Prototype-less dictionaries of fast-check are plain maps for us.
        const opened = read.map(({ sizeBytes, content, info, ...row }) => {
          const reference = decode(content) as ContentRef;
          expect(sizeBytes).toBe(reference[1]);
          return { ...row, content: reference, info: JSON.parse(info) as object };
        });
        expect(opened).toEqual(rows.map((row) => ({ ...row, info: { ...row.info } })));
      }),
      { numRuns: 60 },
    );
  });

  test('removals come back as they were', () => {
    const rows = [
      { id: 'a', collection: 'inbox' },
      { id: 'b', collection: 'sent' },
      { id: 'a', collection: 'sent' },
    ];
    const record = decodeRecord(encoded(removalsRecord(owner, rows)));
    expect([...removalRows(record as Extract<SegmentRecord, { t: 'removals' }>)]).toEqual(rows);
  });

  test('columns of different lengths are damage', () => {
    const record = itemsRecord(owner, [
      packItemRow({ id: 'a', collection: 'inbox', version: '', content: [0, 0, [0, 0, []]], info: {} }),
    ]) as Extract<SegmentRecord, { t: 'items' }>;
    expect(() => [...itemRows({ ...record, versions: [] })]).toThrow(/different lengths/);
    expect(() => [...itemRows({ ...record, at: [7] })]).toThrow(/different lengths/);
  });

  test.each([
    ['content of an unknown kind', { content: [3, 0, [0, 0, []]] }],
    ['content deeper than any reader goes', { content: [0, 0, [0, 5, []]] }],
    ['a chunk id of another length', { content: [0, 9, [9, 0, [new Uint8Array(31)]]] }],
    ['a negative size', { content: [0, -1, [0, 0, []]] }],
    ['information under a name that is none', { info: { 'two words': 1 } }],
    ['information that is a list', { info: [] }],
  ])('a row with %s is not written', (_case, change) => {
    const good: ItemRow = {
      id: 'a',
      collection: 'inbox',
      version: '',
      content: [0, 0, [0, 0, []]],
      info: {},
    };
    expect(packItemRow(good)).toMatchObject({ id: 'a', info: '{}' });
    expect(() => packItemRow({ ...good, ...change } as ItemRow)).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });

  test('a record that could not be read again is not written', () => {
    const link = 'x'.repeat(40_000);
    const record: SegmentRecord = {
      t: 'states',
      ...owner,
      put: [{ collection: 'inbox', link }],
      removed: [],
    };
    expect(() => encoded(record)).toThrow(expect.objectContaining({ code: 'internal' }));
  });

  test('nor is one that is larger than a frame', () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => ({
      id: `${index}`.padEnd(1000, 'x'),
      collection: 'inbox',
    }));
    expect(() => encoded(removalsRecord(owner, rows))).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});

describe('a commit', () => {
  const commit: CommitRecord = {
    v: 1,
    chain: 'c'.repeat(32),
    number: 7,
    parent: new Uint8Array(32).fill(9),
    session: 's',
    agent: 'a',
    startedAt: '2026-11-20T21:00:00.000Z',
    committedAt: '2026-11-20T21:01:00.000Z',
    protectedItem: { id: 'c'.repeat(32), name: 'Alle Postfächer', organization: 'Contoso' },
    outcome: 'partial',
    segments: [{ name: 'segs/x', hash: new Uint8Array(32), sizeBytes: 4 }],
    packs: 2,
    counts: { saved: 1, unchanged: 2, removed: 3, skipped: 4, failed: 5, bytes: 6 },
    issues: [{ outcome: 'failed', code: 'item-gone', count: 5 }],
  };

  test('comes back as it was', () => {
    expect(decodeCommit(encodeCommit(commit))).toEqual(commit);
  });

  test.each([{ parent: new Uint8Array(31) }, { number: 0 }, { outcome: 'perfect' }, { v: 2 }])(
    'of another shape is damage: %o',
    (change) => {
      const bytes = encodeCommit({ ...commit, ...change } as CommitRecord);
      expect(() => decodeCommit(bytes)).toThrow(expect.objectContaining({ code: 'pack-damaged' }));
    },
  );
});

import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { readDeltaPages, readPages, type PageSource } from '../../../src-worker/graph/pagers.ts';

const graphRoot = 'https://graph.microsoft.com';
const link = (token: string): string => `${graphRoot}/v1.0/delta?$skiptoken=${token}`;
const schema = z.object({ id: z.string() });

/** Serves `pages` by the path or link that asks for them, and notes what was asked. */
function sourceOf(pages: Record<string, object>, start = '/delta'): PageSource & { asked: string[] } {
  const asked: string[] = [];
  const fetch = (pathOrLink: string): Promise<unknown> => {
    asked.push(pathOrLink);
    return Promise.resolve(pages[pathOrLink]);
  };
  return { graphRoot, start, fetch, asked };
}

async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

describe('delta pages', () => {
  test('changed and removed items are told apart and the last page says where to go on', async () => {
    const source = sourceOf({
      '/delta': {
        value: [{ id: 'a' }, { id: 'b', '@removed': { reason: 'deleted' } }],
        '@odata.nextLink': link('1'),
      },
      [link('1')]: { value: [], '@odata.nextLink': link('2') },
      [link('2')]: {
        value: [{ id: 'c', '@removed': { reason: 'changed' } }, { id: 'a' }],
        '@odata.deltaLink': link('end'),
      },
    });
    expect(await collect(readDeltaPages(source, schema))).toEqual([
      {
        changed: [{ id: 'a' }],
        removed: [{ id: 'b', reason: 'deleted' }],
        nextLink: link('1'),
        deltaLink: undefined,
      },
      { changed: [], removed: [], nextLink: link('2'), deltaLink: undefined },
      {
        changed: [{ id: 'a' }],
        removed: [{ id: 'c', reason: 'changed' }],
        nextLink: undefined,
        deltaLink: link('end'),
      },
    ]);
    expect(source.asked).toEqual(['/delta', link('1'), link('2')]);
  });

  test('what drives and lists mark with the facet deleted is removed, even where it is empty', async () => {
    const gone = [
      { id: 'a', deleted: { state: 'deleted' } },
      { id: 'b', deleted: {} },
    ];
    const source = sourceOf({ '/delta': { value: [...gone, { id: 'c' }], '@odata.deltaLink': link('end') } });
    const [page] = await collect(readDeltaPages(source, schema));
    expect(page?.removed.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(page?.changed).toEqual([{ id: 'c' }]);
  });

  test('of several states of an item on one page the last one holds', async () => {
    const removed = { id: 'a', '@removed': { reason: 'deleted' } };
    const kept = { id: 'b', '@removed': { reason: 'deleted' } };
    const source = sourceOf({
      '/delta': { value: [{ id: 'a' }, kept, removed, { id: 'b' }], '@odata.deltaLink': link('end') },
    });
    const [page] = await collect(readDeltaPages(source, schema));
    expect(page).toMatchObject({ removed: [{ id: 'a' }], changed: [{ id: 'b' }] });
  });

  test.each([
    ['ErrorInvalidIdMalformed', 'delta-unsupported'],
    ['ErrorInvalidRequest', 'request-rejected'],
  ])('where the word delta is refused with %s, the trouble is %s', async (graphCode, code) => {
    const refused = new AppError('request-rejected', 'refused', { details: { graphCode } });
    const source = { ...sourceOf({}), fetch: () => Promise.reject(refused) };
    await expect(collect(readDeltaPages(source, schema))).rejects.toMatchObject({ code });
  });

  test('an enumeration without a link at its end is not taken for complete', async () => {
    const source = sourceOf({ '/delta': { value: [{ id: 'a' }] } });
    await expect(collect(readDeltaPages(source, schema))).rejects.toMatchObject({
      code: 'response-invalid',
    });
  });

  test('a deltaLink to another server is refused before it can be stored', async () => {
    const source = sourceOf({
      '/delta': { value: [], '@odata.deltaLink': 'https://evil.example/v1.0/delta' },
    });
    await expect(collect(readDeltaPages(source, schema))).rejects.toMatchObject({
      code: 'response-invalid',
    });
  });

  test('a stored link to another server is never asked', async () => {
    const source = sourceOf({}, 'https://evil.example/v1.0/delta');
    await expect(collect(readDeltaPages(source, schema))).rejects.toMatchObject({
      code: 'response-invalid',
    });
    expect(source.asked).toEqual([]);
  });

  test('an item of another shape names the field and not its content', async () => {
    const source = sourceOf({
      '/delta': { value: [{ id: 7, subject: 'Salary' }], '@odata.deltaLink': link('end') },
    });
    const error: unknown = await collect(readDeltaPages(source, schema)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'response-invalid',
      details: { field: 'id', mismatch: 'invalid_type' },
    });
  });
});

describe('plain pages', () => {
  test('a list ends with the page that has no next link', async () => {
    const source = sourceOf({
      '/delta': { value: [{ id: 'a' }], '@odata.nextLink': link('1') },
      [link('1')]: { value: [{ id: 'b' }] },
    });
    expect(await collect(readPages(source, schema))).toEqual([[{ id: 'a' }], [{ id: 'b' }]]);
  });

  test('a page that points to itself ends the list with an error', async () => {
    const source = sourceOf({
      '/delta': { value: [], '@odata.nextLink': link('1') },
      [link('1')]: { value: [{ id: 'a' }], '@odata.nextLink': link('1') },
    });
    await expect(collect(readPages(source, schema))).rejects.toMatchObject({
      code: 'response-invalid',
    });
  });
});

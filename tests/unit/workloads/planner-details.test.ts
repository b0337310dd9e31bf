import { expect, test } from 'vitest';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { ErrorCode } from '../../../src-shared/errors/error-code.ts';
import type { GraphClient } from '../../../src-worker/graph/graph-client.ts';
import { pagesWithDetails } from '../../../src-worker/workloads/planner/with-details.ts';

const entry = (id: string) => ({ id, title: `Task ${id}` });
const detailsOf = (id: string) => ({ id, description: `About ${id}` });
const whole = (id: string) => ({ ...entry(id), details: detailsOf(id) });
const detailsPath = (id: string) => `/planner/tasks/${id}/details`;

/** A list of three whose expansion ends with an error after the first page, and a count of what was asked. */
function failingClient(code: ErrorCode) {
  const asked = { expanded: 0, plain: 0, details: [] as string[] };
  const graph = {
    async *pages(_path: string, { query }: { query?: object }) {
      await Promise.resolve();
      if (query === undefined) {
        asked.plain += 1;
        yield [entry('a'), entry('b'), entry('c')];
        return;
      }
      asked.expanded += 1;
      yield [whole('a')];
      throw new AppError(code, 'as the test wants it');
    },
    batch(requests: readonly { path: string }[]) {
      const ids = requests.map(({ path }) => path.split('/')[3] ?? '');
      asked.details.push(...ids);
      return Promise.resolve(ids.map((id) => ({ isOk: true, status: 200, body: detailsOf(id) })));
    },
  };
  return { asked, graph: graph as unknown as GraphClient };
}

async function read(graph: GraphClient): Promise<unknown[]> {
  const scope = { graph, kind: 'group' as const, accountId: 'g', signal: new AbortController().signal };
  const list = { path: '/planner/plans/p/tasks', target: 'collection' as const, detailsPath };
  const all: unknown[] = [];
  for await (const page of pagesWithDetails(scope, list)) all.push(...page);
  return all;
}

test('a page that is too long with details is read without, and what came before is not told again', async () => {
  const { graph, asked } = failingClient('item-too-large');
  expect(await read(graph)).toEqual([whole('a'), whole('b'), whole('c')]);
  expect(asked).toEqual({ expanded: 1, plain: 1, details: ['b', 'c'] });
  // The next list may well be short enough.
  await read(graph);
  expect(asked).toMatchObject({ expanded: 2, plain: 2 });
});

test('a client that was refused the expansion does not ask for it again', async () => {
  const { graph, asked } = failingClient('request-rejected');
  await read(graph);
  expect(await read(graph)).toEqual([whole('a'), whole('b'), whole('c')]);
  expect(asked).toMatchObject({ expanded: 1, plain: 2 });
});

test('any other trouble ends the list', async () => {
  await expect(read(failingClient('access-denied').graph)).rejects.toMatchObject({ code: 'access-denied' });
});

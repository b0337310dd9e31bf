/** A collection that goes without a word takes the position in the list of collections with it. */
import { afterEach, expect, test } from 'vitest';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { Workload } from '../../../src-worker/workloads/workload.ts';
import { WorkloadBackup } from '../../support/workload-backup.ts';
import { closeAll, connectionTo, simulate, testServices } from '../graph/simulated-organization.ts';

afterEach(closeAll);

/** One folder after another: a list from its beginning shows the present one, a later position tells nothing. */
function forgetfulWorkload(present: { folder: string }, asked: (string | undefined)[]): Workload {
  const bytes = new TextEncoder().encode('{}');
  return {
    name: 'contacts',
    accountKinds: ['user'],
    collections: (_scope, link) => {
      asked.push(link);
      const row = { id: present.folder, parent: null, name: 'Contacts', isHidden: false, itemCount: null };
      const isComplete = link === undefined;
      return Promise.resolve({ found: isComplete ? [row] : [], removed: [], isComplete, link: 'position' });
    },
    async *changes(_scope, collection) {
      if (collection !== present.folder) throw new AppError('collection-gone', 'The folder was not found.');
      const id = `item of ${collection}`;
      const content = { kind: 'bytes' as const, bytes };
      const head = { id, collection, version: '1', title: id, info: {}, content };
      yield await Promise.resolve({ changed: [head], removed: [], nextLink: undefined, deltaLink: 'end' });
    },
    async *lookUp(_scope, ids) {
      for (const id of ids) yield await Promise.resolve({ id });
    },
    fetch: () => Promise.reject(new Error('all content comes with the lists')),
  };
}

test('what took its place is found by a list of everything, and only one', async () => {
  const connection = connectionTo(await simulate({ users: 1, messagesPerUser: 0 }));
  const present = { folder: 'first' };
  const asked: (string | undefined)[] = [];
  const backup = await WorkloadBackup.open(forgetfulWorkload(present, asked), {
    kind: 'user',
    accountId: 'somebody',
  });
  try {
    await backup.run(connection, testServices);
    present.folder = 'second';
    // Not found twice is an issue, the third time it is looked for in a whole list.
    for (let run = 0; run < 3; run += 1) await backup.run(connection, testServices);
    expect(asked).toEqual([undefined, 'position', 'position', 'position', undefined]);
    expect(await backup.items()).toEqual([]);
    await backup.run(connection, testServices);
    expect((await backup.items()).map(({ id }) => id)).toEqual(['item of second']);
    await backup.run(connection, testServices);
    expect(asked.slice(5)).toEqual([undefined, 'position']);
    expect(backup.issues()).toEqual([]);
  } finally {
    backup.close();
  }
});

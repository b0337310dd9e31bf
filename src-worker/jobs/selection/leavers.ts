/**
 * Who was saved before and is not saved any more. Nothing of them is touched: their history stays as it is, and their
 * account says why it does not grow.
 */
import type { AccountKind } from '../../../src-shared/model/account-kind.ts';
import type { LeftReason } from '../../../src-shared/model/account-choice.ts';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { longestBatch } from '../../graph/batch.ts';
import { graphPath } from '../../graph/paths.ts';
import type { Directory, Gathering } from './selected-account.ts';

/** An account with the reason why it left. */
export type Leaver = AccountRow & { readonly left: LeftReason };

/**
 * Rows of those who left since the last run. Whether somebody is gone or only not selected is asked once, twenty in a
 * request; where that cannot be told today, the next run asks again.
 */
export async function findLeavers(
  directory: Directory,
  known: readonly AccountRow[],
  { accounts, unknownKinds }: Pick<Gathering, 'accounts' | 'unknownKinds'>,
): Promise<Leaver[]> {
  const gone = known.filter(
    ({ id, kind, left }) => left === undefined && !accounts.has(id) && !unknownKinds.has(kind),
  );
  const leavers: Leaver[] = gone
    .filter(({ kind }) => kind === 'organization')
    .map((row) => ({ ...row, left: 'not-selected' }));
  for (const kind of Object.keys(pathOf) as AskedKind[]) {
    const ofKind = gone.filter((row) => row.kind === kind);
    for (let first = 0; first < ofKind.length; first += longestBatch)
      leavers.push(...(await askFor(directory, kind, ofKind.slice(first, first + longestBatch))));
  }
  return leavers;
}

/** The organization itself leaves only by its service being switched off. */
type AskedKind = Exclude<AccountKind, 'organization'>;

const pathOf: Readonly<Record<AskedKind, (id: string) => string>> = {
  user: (id) => graphPath`/users/${id}`,
  group: (id) => graphPath`/groups/${id}`,
  site: (id) => graphPath`/sites/${id}`,
};

async function askFor(
  { graph, signal }: Directory,
  kind: AskedKind,
  rows: readonly AccountRow[],
): Promise<Leaver[]> {
  const requests = rows.map(({ id }) => ({ path: `${pathOf[kind](id)}?$select=id` }));
  const answers = await graph.batch(requests, {
    ...(kind === 'site' ? { service: 'sharepoint' as const } : {}),
    target: 'account',
    signal,
  });
  return rows.flatMap((row, index): Leaver[] => {
    const answer = answers[index];
    if (answer === undefined) return [];
    if (answer.isOk) return [{ ...row, left: 'not-selected' }];
    return isAppError(answer.error, 'account-unknown', 'item-gone') ? [{ ...row, left: 'deleted' }] : [];
  });
}

import { expect, test } from 'vitest';
import type { IssueRow } from '../../../src-shared/model/rows.ts';
import { FaultLedger } from '../../../src-worker/faults/ledger.ts';
import { OpenIssues } from '../../../src-worker/faults/open-issues.ts';

const issue = (item: string, change: Partial<IssueRow> = {}): IssueRow => ({
  ...{ item, collection: 'inbox', version: '', name: '', attempts: 1 },
  ...{ outcome: 'failed', code: 'throttled' },
  ...change,
});
const prepare = (...before: IssueRow[]): { ledger: FaultLedger; issues: OpenIssues } => {
  const ledger = new FaultLedger();
  return { ledger, issues: new OpenIssues(ledger, before) };
};

test('issues of the last snapshot count until they are closed', () => {
  const { ledger, issues } = prepare(issue('a'), issue('b'));
  expect(issues.clear('a')).toBe(true);
  expect(ledger.counts).toMatchObject({ failed: 1, skipped: 0 });
  expect(ledger.causes).toEqual([{ outcome: 'failed', code: 'throttled', count: 1 }]);
});

test('an item that fails twice in a run is missing once', () => {
  const { ledger, issues } = prepare();
  issues.put(issue('a'));
  issues.put(issue('a', { outcome: 'skipped', code: 'item-corrupt' }));
  expect(ledger.counts).toMatchObject({ failed: 0, skipped: 1 });
  expect(ledger.causes).toEqual([{ outcome: 'skipped', code: 'item-corrupt', count: 1 }]);
});

test('how often an item failed before does not change while it fails again', () => {
  const { issues } = prepare(issue('a', { attempts: 2 }));
  issues.put(issue('a', { attempts: 3 }));
  expect(issues.attemptsBefore('a')).toBe(2);
  expect(issues.attemptsBefore('b')).toBe(0);
});

test('what this run had news of is not asked for again', () => {
  const { issues } = prepare(issue('a'), issue('b'), issue('c'));
  issues.clear('a');
  issues.put(issue('b'));
  expect(issues.untold().map(({ item }) => item)).toEqual(['c']);
});

test('a folder that is gone takes its issues with it, its own too, and no other', () => {
  const { ledger, issues } = prepare(issue('a'), issue('inbox'), issue('b', { collection: 'sent' }));
  issues.put(issue('d'));
  issues.clearCollection('inbox');
  expect([issues.get('a'), issues.get('inbox'), issues.get('d')]).toEqual([undefined, undefined, undefined]);
  expect(ledger.counts.failed).toBe(1);
  expect(issues.clear('a')).toBe(false);
});

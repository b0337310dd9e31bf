import { expect, test } from 'vitest';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { ErrorCode } from '../../../src-shared/errors/error-code.ts';
import { isWorthAnotherTry, outcomeOfItem } from '../../../src-worker/faults/ledger.ts';

const error = (code: ErrorCode): AppError => new AppError(code, 'x');

test.each([
  ['service-unavailable', 1, 'failed', 'service-unavailable'],
  ['service-unavailable', 2, 'failed', 'service-unavailable'],
  ['service-unavailable', 3, 'skipped', 'item-unreadable'],
  ['item-changed', 3, 'skipped', 'item-unreadable'],
  ['item-corrupt', 1, 'skipped', 'item-corrupt'],
  ['item-infected', 1, 'skipped', 'item-infected'],
  // An outage of the network says nothing of the item, however long it lasts.
  ['network-unreachable', 9, 'failed', 'network-unreachable'],
  ['throttled', 9, 'failed', 'throttled'],
] as const)('%s in run %i is %s as %s', (...row) => {
  const [code, attempts, kind, told] = row;
  expect(outcomeOfItem(error(code), attempts)).toEqual({ kind, code: told });
});

test('what was given up on is still asked for, what is known to be broken is not', () => {
  expect(isWorthAnotherTry({ outcome: 'failed', code: 'throttled' })).toBe(true);
  expect(isWorthAnotherTry({ outcome: 'skipped', code: 'item-unreadable' })).toBe(true);
  expect(isWorthAnotherTry({ outcome: 'skipped', code: 'item-corrupt' })).toBe(false);
});

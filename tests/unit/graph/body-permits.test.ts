import { expect, test } from 'vitest';
import { BodyPermits } from '../../../src-worker/graph/body-permits.ts';

/** Takes `size` for `name`, which is noted once it is granted. */
function line(budget: number) {
  const permits = new BodyPermits(budget);
  const granted: string[] = [];
  const take = (name: string, size = 1) => permits.take(size, () => granted.push(name));
  return { permits, granted, take };
}

test('places are granted in order as others are given back', () => {
  const { granted, take } = line(2);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => take(name));
  expect(granted).toEqual(['a', 'b']);
  c!.giveBack();
  b!.giveBack();
  expect(granted).toEqual(['a', 'b', 'd']);
  a!.giveBack();
  d!.giveBack();
  take('e');
  take('f');
  expect(granted).toEqual(['a', 'b', 'd', 'e', 'f']);
});

test('giving a ticket back twice frees one place only', () => {
  const { granted, take } = line(1);
  const first = take('first');
  take('second');
  take('third');
  first.giveBack();
  first.giveBack();
  expect(granted).toEqual(['first', 'second']);
});

test('what is larger than the budget has all of it, and is not passed over', () => {
  const { granted, take } = line(10);
  const small = take('small', 4);
  const huge = take('huge', 25);
  const next = take('next', 1);
  expect(granted).toEqual(['small']);
  small.giveBack();
  expect(granted).toEqual(['small', 'huge']);
  huge.giveBack();
  expect(granted).toEqual(['small', 'huge', 'next']);
  next.giveBack();
});

test('what is held after it was read keeps others waiting until it is let go', () => {
  const { permits, granted, take } = line(10);
  const read = take('read', 8);
  const held = permits.hold(8);
  read.giveBack();
  take('next', 4);
  expect(granted).toEqual(['read']);
  held.giveBack();
  held.giveBack();
  expect(granted).toEqual(['read', 'next']);
  take('seventh', 7);
  expect(granted).toEqual(['read', 'next']);
});

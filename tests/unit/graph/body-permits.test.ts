import { expect, test } from 'vitest';
import { BodyPermits } from '../../../src-worker/graph/body-permits.ts';

test('permits are granted in order as others are given back', () => {
  const permits = new BodyPermits(2);
  const granted: string[] = [];
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => permits.take(() => granted.push(name)));
  expect(granted).toEqual(['a', 'b']);
  c!.giveBack();
  b!.giveBack();
  expect(granted).toEqual(['a', 'b', 'd']);
  a!.giveBack();
  d!.giveBack();
  permits.take(() => granted.push('e'));
  permits.take(() => granted.push('f'));
  expect(granted).toEqual(['a', 'b', 'd', 'e', 'f']);
});

test('giving a ticket back twice frees one permit only', () => {
  const permits = new BodyPermits(1);
  const granted: string[] = [];
  const first = permits.take(() => granted.push('first'));
  permits.take(() => granted.push('second'));
  permits.take(() => granted.push('third'));
  first.giveBack();
  first.giveBack();
  expect(granted).toEqual(['first', 'second']);
});

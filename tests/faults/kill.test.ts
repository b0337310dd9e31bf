/** A dozen kills at chosen moments, other ones in every run; `npm run proof:kill` makes a hundred. */
import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { KillRounds } from './kill-rounds.ts';

test('a backup that is killed at any moment loses nothing and stores nothing twice', async () => {
  const seed = Number(process.env['HOLDFAST_KILL_SEED'] ?? randomInt(1_000_000));
  const rounds: string[] = [];
  const log = (line: string): number => rounds.push(line);
  const running = KillRounds.run({ seed, perPhase: 2, atAnyTime: 2, messagesPerUser: 12, log });
  const figures = await running.catch((error: unknown) => {
    throw new Error(`HOLDFAST_KILL_SEED=${seed} repeats this; ${rounds.join('; ')}`, { cause: error });
  });
  const two = { enumerating: 2, fetching: 2, packing: 2, segmenting: 2, committing: 2, any: 2 };
  expect(figures.kills).toEqual(two);
  expect(figures.duplicateBytes).toBe(0);
});

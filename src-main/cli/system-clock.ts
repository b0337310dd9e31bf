/** The real time, for everything that takes a Clock. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../../src-shared/model/clock.ts';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  async sleep(delayMs, signal) {
    try {
      await wait(delayMs, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

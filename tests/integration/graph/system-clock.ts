/** The real time, as the composition root gives it to the product. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../../src-shared/model/clock.ts';

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (delayMs, signal) => pause(delayMs, undefined, signal && { signal }),
};

/** Limits without requests a minute, for organizations whose simulator has none: tests of what is saved, not of when. */
import { documentedLimits } from '../../src-worker/graph/throttle-governor.ts';

const free = { lane: { slots: 32 }, maxInFlight: 32 };

export const rateFreeLimits = {
  ...documentedLimits,
  outlook: { lane: { slots: 4 }, maxInFlight: 64 },
  sharepoint: free,
  teams: free,
};

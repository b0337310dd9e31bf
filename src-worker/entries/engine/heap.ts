/**
 * How V8 treats the engine's memory. By itself it lets both generations grow with the memory of the machine, to several
 * hundred megabytes, before it collects what died long ago; a backup's live heap is a tenth of that. Flags of V8 that
 * it reads at every collection are set while it runs, so that no entry needs a command line of its own.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The old generation may grow by this much of what lives in it before it is collected again. */
const growthPercent = 50;

/** Holds the young generation where it is after start-up, and lets the old one grow in small steps. */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  // The limit of the first collection was fixed at start-up, far away; a collection now takes its place.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  (collect as () => void)();
}

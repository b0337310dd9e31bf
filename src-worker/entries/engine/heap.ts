/**
 * How V8 treats the engine's memory. By itself it lets both generations grow with the memory of the machine, to several
 * hundred megabytes, before it collects what died long ago; a backup's live heap is a tenth of that. Flags of V8 that
 * it reads at every collection are set while it runs, so that no entry needs a command line of its own.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The old generation may grow by this much of what lives in it before it is collected again. */
const growthPercent = 100;
/** Room for what is young: what a few hundred requests under way hold, so that little of it is promoted. */
const youngBytes = 32 * 1024 * 1024;
/** More rounds than it takes to grow to that; where V8 does not grow, the engine runs with what there is. */
const mostRounds = 8;
/** A few megabytes. */
const survivorsPerRound = 64 * 1024;

type Collect = (options?: { type: 'minor' | 'major'; flavor?: 'last-resort' }) => void;

let isHeld = false;

/**
 * Gives back what starting up has left, and holds both generations small from now on. Takes a tenth of a second, once in
 * a process: worth it for a job, not for a question.
 */
export function keepHeapSmall(): void {
  if (isHeld) return;
  isHeld = true;
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc') as Collect;
  setFlagsFromString('--no-expose-gc');
  // Also because the limit of the first collection was fixed at start-up, far away.
  collect({ type: 'major', flavor: 'last-resort' });
  growYoungGeneration(collect);
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** The last collection has shrunk it to its least, and it grows only when much of it survives. */
function growYoungGeneration(collect: Collect): void {
  for (let round = 0; round < mostRounds && youngGenerationBytes() < youngBytes; round += 1) {
    const survivors = Array.from({ length: survivorsPerRound }, (_, index) => [index]);
    collect({ type: 'minor' });
    survivors.length = 0;
  }
}

function youngGenerationBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0;
}

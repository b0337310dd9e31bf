/** Judges recordings that are too long for one string, a part at a time. */
import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { checkClientManners, checkFaultyTraffic } from './graph-contract.ts';

/** What all parts together come to; `errors` is null where no contract is at hand. */
export interface LongTrafficVerdict {
  exchanges: number;
  errors: number | null;
  maxConcurrent: number;
  earlyCalls: number;
}

const partLines = 50_000;

/** What spans the seam of two parts is judged in neither: a wait that began in one and was cut short in the next. */
export async function checkLongTraffic(trafficFile: string): Promise<LongTrafficVerdict> {
  const sum: LongTrafficVerdict = { exchanges: 0, errors: 0, maxConcurrent: 0, earlyCalls: 0 };
  for await (const part of parts(trafficFile)) {
    const { maxConcurrent, earlyCalls } = checkClientManners(part.file);
    const verdict = checkFaultyTraffic(part.file);
    sum.exchanges += part.lines;
    sum.maxConcurrent = Math.max(sum.maxConcurrent, maxConcurrent);
    sum.earlyCalls += earlyCalls.length;
    sum.errors = verdict.isAvailable && sum.errors !== null ? sum.errors + verdict.errors : null;
  }
  return sum;
}

/** Files of the next lines of a recording, each gone when the next is asked for. */
async function* parts(trafficFile: string): AsyncIterable<{ file: string; lines: number }> {
  const file = `${trafficFile}.part`;
  let out = createWriteStream(file);
  let lines = 0;
  const close = async (): Promise<void> => {
    out.end();
    await once(out, 'finish');
  };
  try {
    for await (const line of createInterface({ input: createReadStream(trafficFile) })) {
      if (!out.write(`${line}\n`)) await once(out, 'drain');
      lines += 1;
      if (lines < partLines) continue;
      await close();
      yield { file, lines };
      out = createWriteStream(file);
      lines = 0;
    }
    await close();
    if (lines > 0) yield { file, lines };
  } finally {
    rmSync(file, { force: true });
  }
}

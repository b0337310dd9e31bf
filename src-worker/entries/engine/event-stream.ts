/** Turns a job that reports progress by calls into a stream: latest progress wins, at most ten a second. */
import { keepHeapSmall } from './heap.ts';

const intervalMs = 100;

/**
 * Runs `job` and yields its progress; returns its result. A consumer that stops early aborts the job's signal and
 * waits until the job has wound up.
 */
export async function* streamJob<P, R>(
  outerSignal: AbortSignal | undefined,
  job: (signal: AbortSignal, onProgress: (progress: P) => void) => Promise<R>,
): AsyncGenerator<P, R, void> {
  keepHeapSmall();
  const abort = new AbortController();
  const signal = outerSignal === undefined ? abort.signal : AbortSignal.any([outerSignal, abort.signal]);
  const latest: P[] = [];
  const running = job(signal, (progress) => latest.splice(0, 1, progress));
  const hasEnded = running.then(
    () => true,
    () => true,
  );
  try {
    for (;;) {
      const isLast = await Promise.race([hasEnded, delay(intervalMs)]);
      yield* latest.splice(0);
      if (isLast === true) return await running;
    }
  } finally {
    abort.abort();
    await hasEnded;
  }
}

function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

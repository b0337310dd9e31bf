/** Turns a job that reports progress by calls into a stream: latest progress wins, at most ten a second. */

const intervalMs = 100;

/**
 * Runs `job` and yields its progress; returns its result. A consumer that stops early aborts the job's signal and
 * waits until the job has wound up.
 */
export async function* streamJob<P, R>(
  outerSignal: AbortSignal | undefined,
  job: (signal: AbortSignal, onProgress: (progress: P) => void) => Promise<R>,
): AsyncGenerator<P, R, void> {
  const abort = new AbortController();
  const signal = outerSignal === undefined ? abort.signal : AbortSignal.any([outerSignal, abort.signal]);
  let latest: { progress: P } | undefined;
  let hasEnded = false;
  const running = job(signal, (progress) => {
    latest = { progress };
  }).finally(() => {
    hasEnded = true;
  });
  running.catch(() => undefined);
  try {
    for (;;) {
      await Promise.race([running.catch(() => undefined), delay(intervalMs)]);
      if (latest !== undefined) yield latest.progress;
      latest = undefined;
      if (hasEnded) return await running;
    }
  } finally {
    abort.abort();
    await running.catch(() => undefined);
  }
}

function delay(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}

/**
 * Many calls wait for one signal: a backup's is watched by hundreds of requests, and each one that comes or goes would
 * make Node walk through all the others. Here a signal has one listener, and the calls are a set.
 */
const watchers = new WeakMap<AbortSignal, Set<() => void>>();

/** Calls `stop` when `signal` aborts, until what is returned is called. Must not be used on a signal that has aborted. */
export function onAbort(signal: AbortSignal, stop: () => void): () => void {
  const known = watchers.get(signal);
  const waiting = known ?? new Set();
  if (known === undefined) {
    watchers.set(signal, waiting);
    signal.addEventListener('abort', () => callAll(waiting), { once: true });
  }
  // A function of its own, so that one that is given twice is called twice.
  const call = (): void => stop();
  waiting.add(call);
  return () => void waiting.delete(call);
}

function callAll(waiting: Set<() => void>): void {
  for (const call of waiting) {
    waiting.delete(call);
    call();
  }
}

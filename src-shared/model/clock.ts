/** Time as a dependency, so that tests can own it. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
  /** Resolves after `delayMs`, or rejects with the signal's reason when it aborts first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** A source of chance in [0, 1), injected for the same reason. Never used for keys. */
export type Random = () => number;

/**
 * Watches whether clients keep away as long as a Retry-After told them to. A call that was refused and comes again too
 * early is an offence as soon as the loop of this process has come round a few times: until then another call for the same
 * may lie in the sockets, unread. Any other call may have been on its way a little longer, and needed no handshake first.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const onTheWayMs = 100;
const rounds = 5;
/** Clocks and timers round. */
const toleranceMs = 5;

/** What was seen since the last reset. */
export interface Manners {
  retryAfters: number;
  earlyCalls: number;
}

/** An answer's Retry-After, and which call it answered. */
export interface RetryAfter {
  readonly seconds: number;
  readonly key: string;
}

/** A call as it came in. `key` is the same for a call that is repeated. */
export interface Arrival {
  readonly key: string;
  readonly atMs: number;
  readonly isFirstOfConnection: boolean;
}

const knownConnections = new WeakSet<Socket>();

export function arrivalOf({ socket, method, url }: IncomingMessage): Arrival {
  const isFirstOfConnection = !knownConnections.has(socket);
  knownConnections.add(socket);
  return { key: `${method} ${url}`, atMs: performance.now(), isFirstOfConnection };
}

export const noManners = (): Manners => ({ retryAfters: 0, earlyCalls: 0 });

/** Calls `action` when the loop has come round `roundsLeft` times. */
function afterRounds(roundsLeft: number, action: () => void): void {
  if (roundsLeft === 0) action();
  else setImmediate(() => afterRounds(roundsLeft - 1, action));
}

export class QuietTime {
  readonly #manners: Manners;
  /** Calls that were refused, and since when their callers must know it. */
  readonly #refused = new Map<string, { knownFromMs: number }>();
  #untilMs = 0;
  #watchedFromMs = Infinity;
  #order = 0;

  constructor(manners: Manners) {
    this.#manners = manners;
  }

  /** A Retry-After was sent. */
  begin(nowMs: number, { seconds, key }: RetryAfter): void {
    if (nowMs >= this.#untilMs) this.#refused.clear();
    this.#untilMs = Math.max(this.#untilMs, nowMs + seconds * 1_000);
    this.#watchedFromMs = Infinity;
    this.#order += 1;
    this.#manners.retryAfters += 1;
    const refusal = { knownFromMs: Infinity };
    this.#refused.set(key, refusal);
    afterRounds(rounds, () => (refusal.knownFromMs = performance.now()));
    const order = this.#order;
    const watch = (): void => {
      if (order === this.#order) this.#watchedFromMs = performance.now();
    };
    setTimeout(() => afterRounds(rounds, watch), onTheWayMs).unref();
  }

  /** A call came. True when its sender must have known that it was to wait. */
  noteCall({ key, atMs, isFirstOfConnection }: Arrival): boolean {
    const watchedFromMs = isFirstOfConnection ? Infinity : this.#watchedFromMs;
    const knownFromMs = Math.min(watchedFromMs, this.#refused.get(key)?.knownFromMs ?? Infinity);
    const isEarly = atMs >= knownFromMs && atMs < this.#untilMs - toleranceMs;
    if (isEarly) this.#manners.earlyCalls += 1;
    return isEarly;
  }
}

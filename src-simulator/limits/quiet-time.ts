/**
 * Watches whether clients keep away as long as a Retry-After told them to. A call that was refused and comes again too
 * early is an offence at once. Another call may have been on its way: it is one once the answer had time to arrive, the
 * loop of this process has come round a few times (until then calls may lie in the sockets, unread), and its connection
 * needed no handshake first.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

const onTheWayMs = 100;
const rounds = 3;
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

export class QuietTime {
  readonly #manners: Manners;
  /** Calls that were refused, and when. */
  readonly #refusedAtMs = new Map<string, number>();
  #untilMs = 0;
  #watchedFromMs = Infinity;
  #order = 0;

  constructor(manners: Manners) {
    this.#manners = manners;
  }

  /** A Retry-After was sent. */
  begin(nowMs: number, { seconds, key }: RetryAfter): void {
    if (nowMs >= this.#untilMs) this.#refusedAtMs.clear();
    this.#refusedAtMs.set(key, nowMs);
    this.#untilMs = Math.max(this.#untilMs, nowMs + seconds * 1_000);
    this.#watchedFromMs = Infinity;
    this.#order += 1;
    this.#manners.retryAfters += 1;
    const order = this.#order;
    setTimeout(() => this.#watchAfter(rounds, order), onTheWayMs).unref();
  }

  /** A call came. True when its sender must have known that it was to wait. */
  noteCall({ key, atMs, isFirstOfConnection }: Arrival): boolean {
    const watchedFromMs = isFirstOfConnection ? Infinity : this.#watchedFromMs;
    const knownFromMs = Math.min(watchedFromMs, this.#refusedAtMs.get(key) ?? Infinity);
    const isEarly = atMs >= knownFromMs && atMs < this.#untilMs - toleranceMs;
    if (isEarly) this.#manners.earlyCalls += 1;
    return isEarly;
  }

  #watchAfter(roundsLeft: number, order: number): void {
    if (order !== this.#order) return;
    if (roundsLeft === 0) this.#watchedFromMs = performance.now();
    else setImmediate(() => this.#watchAfter(roundsLeft - 1, order));
  }
}

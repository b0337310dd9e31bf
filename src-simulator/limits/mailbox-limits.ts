/**
 * Outlook's limits of one application on one mailbox: so many requests in flight, so many in a window. Also watches
 * whether clients keep away as long as Retry-After told them to.
 */
import type { LimitOptions } from '../options.ts';
import { noManners, QuietTime, type Arrival, type RetryAfter } from './quiet-time.ts';

interface MailboxLoad {
  inFlight: number;
  windowStartMs: number;
  inWindow: number;
  uploadStartMs: number;
  uploadedBytes: number;
  /** After a 429. */
  quiet: QuietTime;
}

export class MailboxLimits {
  options: LimitOptions;
  readonly manners = noManners();
  maxInFlight = 0;
  readonly #loads = new Map<number, MailboxLoad>();

  constructor(options: LimitOptions) {
    this.options = options;
  }

  #load(mailbox: number, nowMs: number): MailboxLoad {
    const known = this.#loads.get(mailbox);
    if (known) return known;
    if (this.#loads.size > 2_000) this.#forgetIdle(nowMs);
    const load = {
      inFlight: 0,
      windowStartMs: nowMs,
      inWindow: 0,
      uploadStartMs: nowMs,
      uploadedBytes: 0,
      quiet: new QuietTime(this.manners),
    };
    this.#loads.set(mailbox, load);
    return load;
  }

  #forgetIdle(nowMs: number): void {
    for (const [mailbox, load] of this.#loads) {
      const idleMs = Math.min(
        nowMs - load.windowStartMs - this.options.windowMs,
        nowMs - load.uploadStartMs - this.options.uploadWindowMs,
      );
      if (load.inFlight === 0 && idleMs > 0) this.#loads.delete(mailbox);
    }
  }

  /** True when one more request in flight would be too many. */
  isFull(mailbox: number): boolean {
    return (this.#loads.get(mailbox)?.inFlight ?? 0) >= this.options.concurrentPerMailbox;
  }

  /** A request came, whatever will become of it. True when a Retry-After should have kept it away. */
  noteCall(mailbox: number, arrival: Arrival): boolean {
    return this.#load(mailbox, arrival.atMs).quiet.noteCall(arrival);
  }

  /**
   * Counts a request. Returns 0 when it may run, else the seconds of Retry-After. `extra` are requests in flight beside
   * those counted (inner requests of a batch).
   */
  enter(mailbox: number, nowMs: number, extra = 0): number {
    const load = this.#load(mailbox, nowMs);
    if (nowMs - load.windowStartMs >= this.options.windowMs) {
      load.windowStartMs = nowMs;
      load.inWindow = 0;
    }
    load.inWindow += 1;
    load.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, load.inFlight + extra);
    if (!this.options.isEnforced) return 0;
    if (load.inFlight + extra > this.options.concurrentPerMailbox) return this.options.retryAfterSeconds;
    if (load.inWindow <= this.options.requestsPerWindow) return 0;
    return Math.max(0.001, Math.ceil(load.windowStartMs + this.options.windowMs - nowMs) / 1_000);
  }

  /** Counts bytes sent to a mailbox. Returns 0 when they may be taken, else the seconds of Retry-After. */
  upload(mailbox: number, sizeBytes: number, nowMs: number): number {
    const load = this.#load(mailbox, nowMs);
    const { uploadWindowMs, uploadBytesPerWindow, isEnforced } = this.options;
    if (nowMs - load.uploadStartMs >= uploadWindowMs) {
      load.uploadStartMs = nowMs;
      load.uploadedBytes = 0;
    }
    load.uploadedBytes += sizeBytes;
    if (!isEnforced || load.uploadedBytes <= uploadBytesPerWindow) return 0;
    return Math.max(0.001, Math.ceil(load.uploadStartMs + uploadWindowMs - nowMs) / 1_000);
  }

  leave(mailbox: number): void {
    const load = this.#loads.get(mailbox);
    if (load) load.inFlight -= 1;
  }

  /** A call was answered with a Retry-After for its mailbox. */
  sentRetryAfter(mailbox: number, nowMs: number, retryAfter: RetryAfter): void {
    this.#load(mailbox, nowMs).quiet.begin(nowMs, retryAfter);
  }

  reset(): void {
    Object.assign(this.manners, noManners());
    this.maxInFlight = 0;
  }
}

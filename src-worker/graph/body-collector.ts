/**
 * Collects one answer of undici into memory of its own: status, headers and the whole body, or what went wrong. It
 * checks the length that was promised, stops at the limit, and waits for a permit before it holds a large body.
 * Working below undici's streams saves about a third of the cost of a small request.
 */
import type { Dispatcher } from 'undici';
import type { BodyPermits, BodyTicket } from './body-permits.ts';
import type { BodyFailure, NetworkFailure } from './failure.ts';

type Headers = NonNullable<Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2]>;

/** A complete answer. `body` has an ArrayBuffer of its own, so it can be transferred to another thread. */
export interface HttpAnswer {
  readonly kind: 'complete';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** What a request ends with. */
export type HttpOutcome = HttpAnswer | NetworkFailure | BodyFailure;

/** How much a collector may hold. */
export interface BodyBounds {
  /** Above it a successful body is `too-large`. */
  readonly maxBytes: number;
  /** Above it a permit is needed. */
  readonly largeBytes: number;
  readonly permits: BodyPermits;
  /** Gives memory for a body, of that length and with any content; its ArrayBuffer may be longer. */
  readonly takeMemory: TakeMemory;
}

export type TakeMemory = (sizeBytes: number) => Uint8Array<ArrayBuffer>;

/** Bodies of errors are small; what is longer is not from Graph. */
const longestErrorBytes = 1_048_576;
const firstChunkedBytes = 65_536;
/** What a large body is taken for that does not say how long it is. */
const unpromisedBytes = 4 * 1_048_576;

/** The handler of one request; `onEnd` is called exactly once. */
export class BodyCollector implements Dispatcher.DispatchHandler {
  /** Bytes of the body that came, also when it was not complete. */
  receivedBytes = 0;
  readonly #bounds: BodyBounds;
  readonly #onEnd: (outcome: HttpOutcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #abortReason: Error | undefined;
  #status = 0;
  #headers: Headers = {};
  #promisedBytes: number | undefined;
  #limitBytes = 0;
  #body: Uint8Array<ArrayBuffer> | undefined;
  #ticket: BodyTicket | undefined;
  #isTooLarge = false;

  constructor(bounds: BodyBounds, onEnd: (outcome: HttpOutcome) => void) {
    this.#bounds = bounds;
    this.#onEnd = onEnd;
  }

  /** Ends the request early; `onEnd` follows with `UND_ERR_ABORTED`. */
  abort(): void {
    this.#abortReason = Object.assign(new Error('aborted'), { code: 'UND_ERR_ABORTED' });
    this.#controller?.abort(this.#abortReason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abortReason !== undefined) controller.abort(this.#abortReason);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
    this.#limitBytes = status < 400 ? this.#bounds.maxBytes : longestErrorBytes;
    const promised = headers['content-length'];
    if (typeof promised === 'string') this.#promisedBytes = Number(promised);
    this.#expect(controller, this.#promisedBytes ?? 0);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const endBytes = this.receivedBytes + chunk.byteLength;
    this.#expect(controller, endBytes);
    if (this.#isTooLarge) return;
    this.#roomFor(endBytes).set(chunk, this.receivedBytes);
    this.receivedBytes = endBytes;
  }

  onResponseEnd(): void {
    if (this.#promisedBytes !== undefined && this.receivedBytes !== this.#promisedBytes) {
      this.#end({ kind: 'body', reason: 'truncated' });
      return;
    }
    this.#end({ kind: 'complete', status: this.#status, headers: this.#headers, body: this.#exactBody() });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#isTooLarge) this.#end({ kind: 'body', reason: 'too-large' });
    else this.#end({ kind: 'network', errno: errnoOf(error) });
  }

  /** Stops at the limit, and holds the stream back until a large body has its permit. */
  #expect(controller: Dispatcher.DispatchController, totalBytes: number): void {
    if (totalBytes > this.#limitBytes) {
      this.#isTooLarge = true;
      controller.abort(new Error('body above its limit'));
      return;
    }
    if (totalBytes <= this.#bounds.largeBytes || this.#ticket !== undefined) return;
    controller.pause();
    // A permit may come free inside the parser of another connection, where undici must not be called.
    const sizeBytes = this.#promisedBytes ?? unpromisedBytes;
    this.#ticket = this.#bounds.permits.take(sizeBytes, () => {
      queueMicrotask(() => controller.resume());
    });
  }

  #roomFor(endBytes: number): Uint8Array<ArrayBuffer> {
    const room = this.#body;
    if (room !== undefined && room.byteLength >= endBytes) return room;
    const grown = this.#bounds.takeMemory(
      this.#promisedBytes ?? Math.max(firstChunkedBytes, endBytes, 2 * (room?.byteLength ?? 0)),
    );
    if (room !== undefined) grown.set(room.subarray(0, this.receivedBytes));
    this.#body = grown;
    return grown;
  }

  #exactBody(): Uint8Array<ArrayBuffer> {
    const body = this.#body;
    if (body === undefined) return new Uint8Array(0);
    return body.byteLength === this.receivedBytes ? body : body.slice(0, this.receivedBytes);
  }

  #end(outcome: HttpOutcome): void {
    this.#body = undefined;
    this.#onEnd(outcome);
    // Who gets the body may hold its place before another one is granted.
    const ticket = this.#ticket;
    if (ticket !== undefined) setImmediate(() => ticket.giveBack());
  }
}

/** Memory outside Node's shared pool, not cleared: every byte of it is written before it is handed out. */
export function ownBytes(sizeBytes: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(sizeBytes).buffer);
}

/** The most telling code of an error and its causes. */
export function errnoOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth++) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code;
    const [first] = cause instanceof AggregateError ? (cause.errors as unknown[]) : [];
    if (first !== undefined) return errnoOf(first);
  }
  return 'UND_ERR_SOCKET';
}

/**
 * One answer of undici as a stream: status and headers first, then the body in large pieces as fast as they are taken.
 * An answer that is not a success is collected whole, as an error is small. Holds few pieces, and stops the connection
 * while nobody takes them.
 */
import type { Dispatcher } from 'undici';
import {
  BodyCollector,
  errnoOf,
  type BodyBounds,
  type HttpAnswer,
  type HttpOutcome,
} from './body-collector.ts';
import type { BodyFailure, NetworkFailure } from './failure.ts';

/** A success whose body is still to come. Breaking off the iteration cuts the connection. */
export interface StreamedAnswer extends Omit<HttpAnswer, 'kind' | 'body'> {
  readonly kind: 'streaming';
  /** Pieces with ArrayBuffers of their own. Ends early with a failure in place of a piece where the body broke off. */
  readonly pieces: AsyncIterable<Uint8Array<ArrayBuffer> | BodyFailure | NetworkFailure>;
}

/** Between the cost of a hand-over and the memory of many streams. */
const pieceBytes = 512 * 1024;
const waitingPieces = 2;

type Entry = Uint8Array<ArrayBuffer> | BodyFailure | NetworkFailure;

/** The handler of one request; `onAnswer` and `onEnd` are called exactly once, `onEnd` when nothing more will come. */
export class BodyStream implements Dispatcher.DispatchHandler {
  receivedBytes = 0;
  readonly #bounds: BodyBounds;
  readonly #onAnswer: (answer: StreamedAnswer | HttpOutcome) => void;
  readonly #onEnd: (receivedBytes: number) => void;
  readonly #errors: BodyCollector;
  #controller: Dispatcher.DispatchController | undefined;
  #isStreaming = false;
  #promisedBytes: number | undefined;
  #piece: Uint8Array<ArrayBuffer> | undefined;
  #filledBytes = 0;
  readonly #waiting: Entry[] = [];
  #isEnded = false;
  #isPaused = false;
  #wake: (() => void) | undefined;

  constructor(
    bounds: BodyBounds,
    onAnswer: (answer: StreamedAnswer | HttpOutcome) => void,
    onEnd: (receivedBytes: number) => void,
  ) {
    this.#bounds = bounds;
    this.#onAnswer = onAnswer;
    this.#onEnd = onEnd;
    this.#errors = new BodyCollector(bounds, (outcome) => {
      onEnd(this.receivedBytes);
      onAnswer(outcome);
    });
  }

  /** Ends the request early. */
  abort(): void {
    if (this.#isStreaming) this.#controller?.abort(abortReason());
    else this.#errors.abort();
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#errors.onRequestStart(controller);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: HttpAnswer['headers'],
  ): void {
    if (status < 200 || status > 299) {
      this.#errors.onResponseStart(controller, status, headers);
      return;
    }
    this.#isStreaming = true;
    const promised = headers['content-length'];
    if (typeof promised === 'string') this.#promisedBytes = Number(promised);
    this.#onAnswer({ kind: 'streaming', status, headers, pieces: this.#take() });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.receivedBytes += chunk.byteLength;
    if (!this.#isStreaming) {
      this.#errors.onResponseData(controller, chunk);
      return;
    }
    for (let at = 0; at < chunk.byteLength;) {
      const piece = (this.#piece ??= this.#bounds.takeMemory(this.#nextPieceBytes(chunk.byteLength - at)));
      const part = chunk.subarray(at, at + piece.byteLength - this.#filledBytes);
      piece.set(part, this.#filledBytes);
      this.#filledBytes += part.byteLength;
      at += part.byteLength;
      if (this.#filledBytes === piece.byteLength) this.#finishPiece();
    }
    if (this.#waiting.length < waitingPieces || this.#isPaused) return;
    this.#isPaused = true;
    controller.pause();
  }

  onResponseEnd(): void {
    if (!this.#isStreaming) {
      this.#errors.onResponseEnd();
      return;
    }
    this.#finishPiece();
    const isWhole = this.#promisedBytes === undefined || this.#promisedBytes === this.receivedBytes;
    this.#end(isWhole ? undefined : { kind: 'body', reason: 'truncated' });
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (!this.#isStreaming) {
      this.#errors.onResponseError(controller, error);
      return;
    }
    this.#finishPiece();
    this.#end({ kind: 'network', errno: errnoOf(error) });
  }

  /** A whole piece, or as much as is still to come where that was promised and is less. */
  #nextPieceBytes(atHandBytes: number): number {
    const missingBytes = Math.max(0, (this.#promisedBytes ?? Infinity) - this.receivedBytes);
    return Math.min(pieceBytes, atHandBytes + missingBytes);
  }

  #finishPiece(): void {
    if (this.#piece === undefined || this.#filledBytes === 0) return;
    this.#waiting.push(this.#piece.subarray(0, this.#filledBytes));
    this.#piece = undefined;
    this.#filledBytes = 0;
    this.#wake?.();
  }

  #end(failure: BodyFailure | NetworkFailure | undefined): void {
    if (failure !== undefined) this.#waiting.push(failure);
    this.#isEnded = true;
    this.#onEnd(this.receivedBytes);
    this.#wake?.();
  }

  async *#take(): AsyncGenerator<Entry> {
    try {
      for (;;) {
        const entry = this.#waiting.shift();
        if (entry !== undefined) yield entry;
        else if (this.#isEnded) return;
        else await this.#news();
      }
    } finally {
      if (!this.#isEnded) this.abort();
    }
  }

  /** Resolves when there is another piece or the end. */
  #news(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => resolve(undefined);
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#controller?.resume();
    }
    return promise;
  }
}

function abortReason(): Error {
  return Object.assign(new Error('aborted'), { code: 'UND_ERR_ABORTED' });
}

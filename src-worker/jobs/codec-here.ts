/**
 * A codec without a thread of its own: it does a step in each turn of the loop, so that the network is served between
 * two of them. On a single core this saves the messages between two threads and one of two heaps.
 */
import type { CodecLink, CodecReply, CodecRequest } from './codec-link.ts';
import { Codec, type CodecData } from './codec.ts';

export class CodecHere implements CodecLink {
  readonly #data: CodecData;
  readonly #requests: CodecRequest[] = [];
  #codec: Codec | undefined;
  /** Of the request that is worked on. */
  #steps: Iterator<undefined> | undefined;
  #onFailure: (error: unknown) => void = () => undefined;
  #isScheduled = false;

  constructor(data: CodecData) {
    this.#data = data;
  }

  send(request: CodecRequest): void {
    this.#requests.push(request);
    this.#schedule();
  }

  listen(onReply: (reply: CodecReply) => void, onFailure: (error: unknown) => void): void {
    this.#codec = new Codec(this.#data, onReply);
    this.#onFailure = onFailure;
  }

  /** Forgets what it was asked for. */
  stop(): Promise<void> {
    this.#requests.length = 0;
    this.#steps = undefined;
    this.#codec = undefined;
    return Promise.resolve();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#step();
    });
  }

  #step(): void {
    try {
      this.#steps ??= this.#next();
      if (this.#steps?.next().done === true) this.#steps = undefined;
    } catch (error) {
      void this.stop();
      this.#onFailure(error);
    }
    if (this.#steps !== undefined || this.#requests.length > 0) this.#schedule();
  }

  #next(): Iterator<undefined> | undefined {
    const request = this.#requests.shift();
    return request && this.#codec?.steps(request);
  }
}

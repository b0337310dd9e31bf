/**
 * Uploads content through an upload session: ranges in their order, each sent again until it is taken, to an address that
 * carries its own right to write, so that no token is sent there (graph facts, sections 5 and 7). A session that cannot
 * be ended well is given up, and leaves nothing.
 */
import type { HttpOutcome } from './body-collector.ts';
import { judge, toAppError, type Verdict } from './error-map.ts';
import type { ExchangeServices } from './exchange.ts';
import { failureOfAnswer, retryAfterMsOf, type CallTarget, type Failure } from './failure.ts';
import { requirePreauthenticatedUrl } from './links.ts';
import type { RetryDecision } from './retry-policy.ts';
import type { CallPlace } from './throttle-governor.ts';

/** What is uploaded; pieces of any length. */
export interface UploadSource {
  readonly sizeBytes: number;
  readonly pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

export interface UploadOptions extends CallPlace {
  readonly target: CallTarget;
  /** Length of every range but the last. */
  readonly rangeBytes: number;
  readonly signal: AbortSignal | undefined;
}

export interface UploadServices extends Pick<
  ExchangeServices,
  'network' | 'governor' | 'policy' | 'clock' | 'userAgent'
> {
  /** Counts what uploads send, beside the exchange's own calls. */
  readonly tally: { requests: number; retried: number };
}

interface Range {
  readonly bytes: Uint8Array;
  readonly offsetBytes: number;
}

type Attempt =
  | { readonly isDone: true; readonly body: Uint8Array<ArrayBuffer> }
  | ({ readonly isDone: false; readonly failure: Failure; readonly verdict: Verdict } & RetryDecision);

const longestAnswerBytes = 1_048_576;
const noSuchRange = 416;

/** Sends all of `source`. The body of the last answer; empty where that has none. Rejects with `AppError`. */
export async function uploadContent(
  services: UploadServices,
  url: string,
  { source, options }: { source: UploadSource; options: UploadOptions },
): Promise<Uint8Array<ArrayBuffer>> {
  const upload = new Upload(services, requirePreauthenticatedUrl(url), options);
  try {
    return await upload.run(source);
  } catch (error) {
    await upload.giveUp();
    throw error;
  }
}

class Upload {
  readonly #services: UploadServices;
  readonly #url: URL;
  readonly #options: UploadOptions;

  constructor(services: UploadServices, url: URL, options: UploadOptions) {
    this.#services = services;
    this.#url = url;
    this.#options = options;
  }

  async run({ sizeBytes, pieces }: UploadSource): Promise<Uint8Array<ArrayBuffer>> {
    let last: Uint8Array<ArrayBuffer> = new Uint8Array();
    let offsetBytes = 0;
    for await (const bytes of inRanges(pieces, this.#options.rangeBytes)) {
      last = await this.#sendUntilTaken({ bytes, offsetBytes }, sizeBytes);
      offsetBytes += bytes.length;
    }
    if (offsetBytes === sizeBytes) return last;
    throw new Error(`an upload of ${sizeBytes} bytes came to ${offsetBytes}`);
  }

  /** Nobody waits for it to work: a session that is forgotten ends by itself. */
  async giveUp(): Promise<void> {
    await this.#send('DELETE', {});
  }

  async #sendUntilTaken(range: Range, sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const { policy, clock, tally } = this.#services;
    policy.callStarted();
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#attempt(range, sizeBytes, attempt);
      if (result.isDone) return result.body;
      // It came, and only the answer to it was lost.
      if (attempt > 1 && isTakenAlready(result.failure)) return new Uint8Array();
      const { failure, delayMs, isThrottle } = result;
      if (delayMs === undefined) throw toAppError(failure, this.#options.target, attempt);
      tally.retried += 1;
      if (!isThrottle) await clock.sleep(delayMs, this.#options.signal);
    }
  }

  async #attempt(range: Range, sizeBytes: number, attempt: number): Promise<Attempt> {
    const { governor, policy, clock } = this.#services;
    const { signal } = this.#options;
    const pass = await governor.enter({ ...this.#options, slots: 1, cost: 1 }, signal);
    let isThrottled = false;
    try {
      const outcome = await this.#send('PUT', range, sizeBytes);
      if (outcome.kind === 'complete' && outcome.status >= 200 && outcome.status < 300)
        return { isDone: true, body: outcome.body };
      const failure = outcome.kind === 'complete' ? failureOfAnswer(outcome, clock.nowMs()) : outcome;
      const verdict = judge(failure, this.#options.target);
      const retryAfterMs = retryAfterMsOf(failure);
      const decision = policy.decide({ verdict, attempt, retryAfterMs });
      isThrottled = decision.isThrottle;
      if (isThrottled) governor.slowDown(this.#options, decision.delayMs ?? retryAfterMs ?? 0);
      return { isDone: false, failure, verdict, ...decision };
    } finally {
      pass.leave(isThrottled);
    }
  }

  #send(method: 'PUT' | 'DELETE', range: Partial<Range>, sizeBytes = 0): Promise<HttpOutcome> {
    this.#services.tally.requests += 1;
    const { bytes, offsetBytes = 0 } = range;
    const lastByte = offsetBytes + (bytes?.length ?? 0) - 1;
    const about = bytes && {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(bytes.length),
      'Content-Range': `bytes ${offsetBytes}-${lastByte}/${sizeBytes}`,
    };
    return this.#services.network.send({
      origin: this.#url.origin,
      path: this.#url.pathname + this.#url.search,
      method,
      headers: { 'User-Agent': this.#services.userAgent, ...about },
      body: bytes,
      maxBytes: longestAnswerBytes,
      // What was stopped still gives its session up.
      signal: method === 'PUT' ? this.#options.signal : undefined,
    });
  }
}

const isTakenAlready = (failure: Failure): boolean =>
  failure.kind === 'answer' && failure.status === noSuchRange;

/** The same bytes in pieces of one length, but for the last. */
async function* inRanges(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  rangeBytes: number,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const piece of pieces) {
    let rest = piece;
    while (heldBytes + rest.length >= rangeBytes) {
      const taken = rangeBytes - heldBytes;
      yield Buffer.concat([...held, rest.subarray(0, taken)]);
      rest = rest.subarray(taken);
      held = [];
      heldBytes = 0;
    }
    if (rest.length > 0) held.push(rest);
    heldBytes += rest.length;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

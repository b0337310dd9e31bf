/**
 * Downloads a file from the address that Graph gives for it: in one answer where all goes well, going on where it broke
 * off where not, from a fresh address where the old one has expired (graph facts, section 7). Such addresses carry their
 * own right to read, so no token is sent there.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { StreamedAnswer } from './body-stream.ts';
import type { HttpAnswer } from './body-collector.ts';
import { judge, toAppError, type Verdict } from './error-map.ts';
import { wordsFor } from './error-words.ts';
import type { ExchangeServices } from './exchange.ts';
import { readGraphError, readRetryAfterMs, type BodyFailure, type Failure } from './failure.ts';
import type { TakeMemory } from './body-collector.ts';

/** What is downloaded. */
export interface DownloadSource {
  /** The address as a list had it, if it did. */
  readonly url: string | undefined;
  /** Asks Graph for an address that works now. Rejects with `AppError`. */
  freshUrl(): Promise<string>;
  /** What the file is known to have; another length is `item-changed`. */
  readonly sizeBytes: number;
}

export interface DownloadOptions {
  readonly signal: AbortSignal | undefined;
  readonly takeMemory: TakeMemory;
}

export type DownloadServices = Pick<
  ExchangeServices,
  'network' | 'governor' | 'policy' | 'clock' | 'userAgent'
>;

/** Addresses that are refused one after the other, although Graph just gave them, mean something else. */
const mostFreshUrls = 4;
const sharepoint = { mailbox: undefined, service: 'sharepoint' as const };
const scope = { ...sharepoint, slots: 1, cost: 1 };

/** The bytes of a file, in pieces with ArrayBuffers of their own. Rejects with `AppError`. */
export function downloadFile(
  services: DownloadServices,
  source: DownloadSource,
  options: DownloadOptions,
): AsyncIterable<Uint8Array<ArrayBuffer>> {
  return new Download(services, source, options).run();
}

class Download {
  readonly #services: DownloadServices;
  readonly #source: DownloadSource;
  readonly #options: DownloadOptions;
  #url: string | undefined;
  #offsetBytes = 0;
  /** Tries since the last byte came. */
  #attempts = 0;
  #freshUrls = 0;

  constructor(services: DownloadServices, source: DownloadSource, options: DownloadOptions) {
    this.#services = services;
    this.#source = source;
    this.#options = options;
    this.#url = source.url;
  }

  async *run(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { sizeBytes } = this.#source;
    this.#services.policy.callStarted();
    do {
      this.#attempts += 1;
      const failure = yield* this.#attempt();
      if (failure !== undefined) await this.#recover(failure);
    } while (this.#offsetBytes < sizeBytes);
  }

  /** One request from where the last one broke off; what it ended with, or undefined when the file is whole. */
  async *#attempt(): AsyncGenerator<Uint8Array<ArrayBuffer>, Failure | undefined> {
    const { governor } = this.#services;
    const { signal } = this.#options;
    const url = (this.#url ??= await this.#freshUrl());
    const pass = await governor.enter(scope, signal);
    let isThrottled = false;
    try {
      const answer = await this.#send(url);
      if (answer.kind === 'streaming') return yield* this.#take(answer);
      const failure = answer.kind === 'complete' ? this.#failureOf(answer) : answer;
      isThrottled = failure.kind === 'answer' && failure.retryAfterMs !== undefined;
      if (failure.kind === 'answer' && isThrottled) governor.slowDown(sharepoint, failure.retryAfterMs ?? 0);
      return failure;
    } finally {
      pass.leave(isThrottled);
    }
  }

  #send(url: string): ReturnType<DownloadServices['network']['stream']> {
    const { origin, pathname, search } = requireDownloadUrl(url);
    const { takeMemory, signal } = this.#options;
    const range = this.#offsetBytes === 0 ? {} : { Range: `bytes=${this.#offsetBytes}-` };
    const headers = { 'User-Agent': this.#services.userAgent, ...range };
    return this.#services.network.stream({
      origin,
      path: pathname + search,
      method: 'GET',
      headers,
      maxBytes: Number.MAX_SAFE_INTEGER,
      takeMemory,
      signal,
    });
  }

  /** Passes on what is new: a server may answer a range with the whole file. */
  async *#take(answer: StreamedAnswer): AsyncGenerator<Uint8Array<ArrayBuffer>, Failure | undefined> {
    if (answer.headers['x-virus-infected'] !== undefined) throw failed('item-infected');
    let skipBytes = answer.status === 206 ? 0 : this.#offsetBytes;
    for await (const piece of answer.pieces) {
      if ('kind' in piece) return piece;
      if (skipBytes >= piece.length) {
        skipBytes -= piece.length;
        continue;
      }
      // A view that does not begin its buffer would give away what lies before it; the tail is copied instead.
      const news = skipBytes === 0 ? piece : piece.slice(skipBytes);
      skipBytes = 0;
      this.#offsetBytes += news.length;
      this.#attempts = 0;
      if (this.#offsetBytes > this.#source.sizeBytes) throw failed('item-changed');
      yield news;
    }
    const truncated: BodyFailure = { kind: 'body', reason: 'truncated' };
    return this.#offsetBytes < this.#source.sizeBytes ? truncated : undefined;
  }

  #failureOf(answer: HttpAnswer): Failure {
    const header = (name: string): string | undefined => answer.headers[name]?.toString();
    if (header('x-virus-infected') !== undefined) throw failed('item-infected');
    return {
      kind: 'answer',
      status: answer.status,
      ...readGraphError(answer.body),
      requestId: header('request-id') ?? '',
      retryAfterMs: readRetryAfterMs(header('retry-after'), this.#services.clock.nowMs()),
    };
  }

  /** Waits as the policy says, or throws what the failure means. */
  async #recover(failure: Failure): Promise<void> {
    const verdict = judge(failure, 'item');
    if (isExpiry(failure, verdict) && this.#freshUrls < mostFreshUrls) {
      this.#url = undefined;
      return;
    }
    if (failure.kind === 'answer' && failure.status === 416) throw failed('item-changed');
    const retryAfterMs = failure.kind === 'answer' ? failure.retryAfterMs : undefined;
    const attempt = Math.max(1, this.#attempts);
    const { delayMs, isThrottle } = this.#services.policy.decide({ verdict, attempt, retryAfterMs });
    if (delayMs === undefined) throw toAppError(failure, 'item', attempt);
    if (!isThrottle) await this.#services.clock.sleep(delayMs, this.#options.signal);
  }

  #freshUrl(): Promise<string> {
    this.#freshUrls += 1;
    return this.#source.freshUrl();
  }
}

/** 401, 403 and 404 of such an address mean that it is too old; of a fresh one, what they say. */
function isExpiry(failure: Failure, { code }: Verdict): boolean {
  if (failure.kind !== 'answer' || code === 'item-infected') return false;
  return failure.status === 401 || failure.status === 403 || failure.status === 404;
}

/** An address to read from: https, nobody's name in it. */
function requireDownloadUrl(text: string): URL {
  const url = text.length <= 16_384 && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return url;
  throw new AppError('response-invalid', wordsFor('response-invalid'), {
    details: { field: 'downloadUrl' },
  });
}

function failed(code: 'item-infected' | 'item-changed'): AppError {
  return new AppError(code, wordsFor(code), { retryable: code === 'item-changed' });
}

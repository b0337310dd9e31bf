/**
 * Downloads a file from the address that Graph gives for it: in one answer where all goes well, going on where it broke
 * off where not, from a fresh address where the old one has expired (graph facts, section 7). Such addresses carry their
 * own right to read, so no token is sent there.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { BodyPermits, BodyTicket } from './body-permits.ts';
import type { StreamedAnswer } from './body-stream.ts';
import type { HttpAnswer, TakeMemory } from './body-collector.ts';
import { judge, toAppError, type Verdict } from './error-map.ts';
import { wordsFor } from './error-words.ts';
import type { ExchangeServices } from './exchange.ts';
import { failureOfAnswer, retryAfterMsOf, type BodyFailure, type Failure } from './failure.ts';
import { requirePreauthenticatedUrl } from './links.ts';
import { readLoadNews } from './load-news.ts';
import { onAbort } from './on-abort.ts';
import type { RetryDecision } from './retry-policy.ts';

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

export interface DownloadServices extends Pick<
  ExchangeServices,
  'network' | 'governor' | 'policy' | 'clock' | 'userAgent'
> {
  /** Counts what downloads send, beside the exchange's own calls. */
  readonly tally: { requests: number; retried: number };
  /** How many large files may come at the same time: each holds megabytes on its way to the vault. */
  readonly largeFiles: BodyPermits;
}

/** What an attempt failed with, what that means, and what is to be done about it. */
interface FailedAttempt extends RetryDecision {
  readonly failure: Failure;
  readonly verdict: Verdict;
}

/** A few files of this size fill the line; more of them would fill the memory. */
const largeFileBytes = 4 * 1024 * 1024;
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
    const ticket = await this.#place();
    try {
      yield* this.#pieces();
    } finally {
      ticket?.giveBack();
    }
  }

  /** A large file waits for its turn; one that is stopped meanwhile leaves the line. */
  async #place(): Promise<BodyTicket | undefined> {
    const { signal } = this.#options;
    signal?.throwIfAborted();
    if (this.#source.sizeBytes < largeFileBytes) return undefined;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const ticket = this.#services.largeFiles.take(1, () => resolve(undefined));
    const unwatch = signal && onAbort(signal, () => reject(signal.reason as Error));
    try {
      await promise;
      return ticket;
    } catch (error) {
      ticket.giveBack();
      throw error;
    } finally {
      unwatch?.();
    }
  }

  async *#pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const { sizeBytes } = this.#source;
    this.#services.policy.callStarted();
    do {
      this.#attempts += 1;
      const failed = yield* this.#attempt();
      if (failed !== undefined) await this.#recover(failed);
    } while (this.#offsetBytes < sizeBytes);
  }

  /**
   * One request from where the last one broke off; what it ended with, or undefined when the file is whole. The fence of
   * a throttled request is set before its turn ends, so that nobody slips past it.
   */
  async *#attempt(): AsyncGenerator<Uint8Array<ArrayBuffer>, FailedAttempt | undefined> {
    const { governor } = this.#services;
    const { signal } = this.#options;
    const url = (this.#url ??= await this.#freshUrl());
    const pass = await governor.enter(scope, signal);
    let isThrottled = false;
    try {
      const failure = yield* this.#exchange(url);
      if (failure === undefined) return undefined;
      const decided = this.#decide(failure);
      isThrottled = decided.isThrottle;
      if (isThrottled) governor.slowDown(sharepoint, decided.delayMs ?? retryAfterMsOf(failure) ?? 0);
      return decided;
    } finally {
      pass.leave(isThrottled);
    }
  }

  async *#exchange(url: string): AsyncGenerator<Uint8Array<ArrayBuffer>, Failure | undefined> {
    this.#services.tally.requests += 1;
    const answer = await this.#send(url);
    const news = 'headers' in answer ? readLoadNews(answer.headers) : undefined;
    if (news !== undefined) this.#services.governor.hear(sharepoint, news);
    if (answer.kind === 'streaming') return yield* this.#take(answer);
    return answer.kind === 'complete' ? this.#failureOf(answer) : answer;
  }

  #send(url: string): ReturnType<DownloadServices['network']['stream']> {
    const { origin, pathname, search } = requirePreauthenticatedUrl(url);
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
    const isPart = answer.status === 206;
    if (isPart && firstByteOf(answer) !== this.#offsetBytes) return truncated;
    let skipBytes = isPart ? 0 : this.#offsetBytes;
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
    return this.#offsetBytes < this.#source.sizeBytes ? truncated : undefined;
  }

  #failureOf(answer: HttpAnswer): Failure {
    if (answer.headers['x-virus-infected'] !== undefined) throw failed('item-infected');
    return failureOfAnswer(answer, this.#services.clock.nowMs());
  }

  #decide(failure: Failure): FailedAttempt {
    const verdict = judge(failure, 'item');
    const attempt = Math.max(1, this.#attempts);
    const retryAfterMs = retryAfterMsOf(failure);
    return { failure, verdict, ...this.#services.policy.decide({ verdict, attempt, retryAfterMs }) };
  }

  /** Waits as the policy says, or throws what the failure means. A throttled request waits at the governor. */
  async #recover({ failure, verdict, delayMs, isThrottle }: FailedAttempt): Promise<void> {
    this.#services.tally.retried += 1;
    if (isExpiry(failure, verdict) && this.#freshUrls < mostFreshUrls) {
      this.#url = undefined;
      return;
    }
    if (failure.kind === 'answer' && failure.status === 416) throw failed('item-changed');
    if (delayMs === undefined) throw toAppError(failure, 'item', Math.max(1, this.#attempts));
    if (!isThrottle) await this.#services.clock.sleep(delayMs, this.#options.signal);
  }

  #freshUrl(): Promise<string> {
    this.#freshUrls += 1;
    return this.#source.freshUrl();
  }
}

const truncated: BodyFailure = { kind: 'body', reason: 'truncated' };

/** Where a part of a file begins (RFC 9110, section 14.4). */
function firstByteOf({ headers }: StreamedAnswer): number {
  const first = /^bytes (\d+)-/.exec(headers['content-range']?.toString() ?? '')?.[1];
  return first === undefined ? -1 : Number(first);
}

/** 401, 403 and 404 of such an address mean that it is too old; of a fresh one, what they say. */
function isExpiry(failure: Failure, { code }: Verdict): boolean {
  if (failure.kind !== 'answer' || code === 'item-infected') return false;
  return failure.status === 401 || failure.status === 403 || failure.status === 404;
}

function failed(code: 'item-infected' | 'item-changed'): AppError {
  return new AppError(code, wordsFor(code), { retryable: code === 'item-changed' });
}

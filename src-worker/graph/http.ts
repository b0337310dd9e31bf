/**
 * The wire: one undici agent for sign-in and Graph, so that certificate authorities, proxy, time-outs and the number of
 * connections are set in one place. It sends one request once and knows no tokens, no retries and no Graph errors.
 */
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import {
  BodyCollector,
  ownBytes,
  type BodyBounds,
  type HttpOutcome,
  type TakeMemory,
} from './body-collector.ts';
import { BodyPermits, type BodyTicket } from './body-permits.ts';
import { BodyStream, type StreamedAnswer } from './body-stream.ts';
import { onAbort } from './on-abort.ts';

/** How the wire is set up. */
export interface NetworkOptions {
  /** The only certificate authorities to trust; without it, those of the platform. */
  readonly caPem?: string | undefined;
  /** An http or https address that all connections go through. */
  readonly proxyUrl?: string | undefined;
  readonly connections?: number;
  readonly timeouts?: Partial<NetworkTimeouts>;
}

/** `headersMs` until an answer begins, `idleBodyMs` between two pieces of a body. */
interface NetworkTimeouts {
  readonly connectMs: number;
  readonly headersMs: number;
  readonly idleBodyMs: number;
}

/** One request. `path` starts behind the origin and holds the query. */
export interface HttpRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array | undefined;
  readonly maxBytes: number;
  /** Memory for the body; fresh unless given. */
  readonly takeMemory?: TakeMemory | undefined;
  readonly signal?: AbortSignal | undefined;
}

const defaultTimeouts: NetworkTimeouts = { connectMs: 20_000, headersMs: 120_000, idleBodyMs: 60_000 };
const defaultConnections = 72;
/** From here on a body counts as large. */
export const largeBodyBytes = 1_048_576;
/** Of large bodies together; one of them may be larger. */
const largeBodiesBytes = 12 * 1_048_576;

/** The open wire of one connection. */
export class HttpNetwork {
  readonly #dispatcher: Dispatcher;
  readonly #permits = new BodyPermits(largeBodiesBytes);
  #bytesReceived = 0;

  constructor(options: NetworkOptions = {}) {
    this.#dispatcher = openDispatcher(options);
  }

  /** Bytes of all bodies so far, complete or not. */
  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** Keeps the place of a large body that was read, until it is stored. */
  holdLargeBody(sizeBytes: number): BodyTicket {
    return this.#permits.hold(sizeBytes);
  }

  /** Sends a request and reads its whole answer. Never rejects: an abort ends as the errno `UND_ERR_ABORTED`. */
  send(request: HttpRequest): Promise<HttpOutcome> {
    const { signal } = request;
    if (signal?.aborted === true) return Promise.resolve({ kind: 'network', errno: 'UND_ERR_ABORTED' });
    const { promise, resolve } = Promise.withResolvers<HttpOutcome>();
    const collector = new BodyCollector(this.#boundsOf(request), (outcome) => {
      this.#bytesReceived += collector.receivedBytes;
      unwatch?.();
      resolve(outcome);
    });
    const unwatch = signal && onAbort(signal, () => collector.abort());
    this.#dispatch(request, collector);
    return promise;
  }

  /** Sends a request; resolves with a success once its body begins, and with anything else once that is whole. */
  stream(request: HttpRequest): Promise<StreamedAnswer | HttpOutcome> {
    const { signal } = request;
    if (signal?.aborted === true) return Promise.resolve({ kind: 'network', errno: 'UND_ERR_ABORTED' });
    const { promise, resolve } = Promise.withResolvers<StreamedAnswer | HttpOutcome>();
    const handler = new BodyStream(this.#boundsOf(request), resolve, (receivedBytes) => {
      this.#bytesReceived += receivedBytes;
      unwatch?.();
    });
    const unwatch = signal && onAbort(signal, () => handler.abort());
    this.#dispatch(request, handler);
    return promise;
  }

  #boundsOf(request: HttpRequest): BodyBounds {
    return {
      maxBytes: request.maxBytes,
      largeBytes: largeBodyBytes,
      permits: this.#permits,
      takeMemory: request.takeMemory ?? ownBytes,
    };
  }

  #dispatch(request: HttpRequest, handler: Dispatcher.DispatchHandler): void {
    const { origin, path, method, headers, body = null } = request;
    this.#dispatcher.dispatch({ origin, path, method, headers, body }, handler);
  }

  /** Cuts every connection. Requests under way end with a network failure. */
  close(): Promise<void> {
    return this.#dispatcher.destroy();
  }
}

function openDispatcher(options: NetworkOptions): Dispatcher {
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const tls = options.caPem === undefined ? {} : { ca: options.caPem };
  const shared = {
    connections: options.connections ?? defaultConnections,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.idleBodyMs,
    keepAliveTimeout: 30_000,
    pipelining: 1,
    allowH2: false,
  };
  if (options.proxyUrl !== undefined) {
    return new ProxyAgent({
      ...shared,
      uri: options.proxyUrl,
      requestTls: { ...tls, timeout: timeouts.connectMs },
    });
  }
  return new Agent({ ...shared, connect: { ...tls, timeout: timeouts.connectMs } });
}

/**
 * The bottom of the Graph SDK's middleware chain: carries what the SDK has put together over our own wire. Whatever
 * happens is handed up as a value inside `context.response`, because the SDK would wrap an exception and lose its cause.
 */
import type { Context, Middleware, MiddlewareOptions } from '@microsoft/microsoft-graph-client';
import type { HttpOutcome, TakeMemory } from './body-collector.ts';
import type { HttpNetwork, HttpRequest } from './http.ts';

/** What the SDK cannot carry: travels with a request as its middleware option. */
export class CallOptions implements MiddlewareOptions {
  readonly maxBytes: number;
  readonly takeMemory: TakeMemory | undefined;
  readonly signal: AbortSignal | undefined;
  /** A link to follow exactly as it came. The SDK would sort its query options. */
  readonly verbatimUrl: string | undefined;

  constructor(options: {
    maxBytes: number;
    takeMemory?: TakeMemory | undefined;
    signal: AbortSignal | undefined;
    verbatimUrl?: string | undefined;
  }) {
    this.maxBytes = options.maxBytes;
    this.takeMemory = options.takeMemory;
    this.signal = options.signal;
    this.verbatimUrl = options.verbatimUrl;
  }
}

/** Sends the requests of the SDK to one Graph root. Callers ask for `ResponseType.RAW` and get an `HttpOutcome`. */
export class SdkTransport implements Middleware {
  readonly #network: HttpNetwork;
  readonly #graphRoot: string;

  constructor(network: HttpNetwork, graphRoot: string) {
    this.#network = network;
    this.#graphRoot = graphRoot;
  }

  async execute(context: Context): Promise<void> {
    const call = context.middlewareControl?.getMiddlewareOptions(CallOptions);
    if (!(call instanceof CallOptions)) throw new Error('a Graph request came without its CallOptions');
    const url = call.verbatimUrl ?? (context.request as string);
    if (!url.startsWith(`${this.#graphRoot}/`)) throw new Error('a Graph request would leave its Graph root');
    const outcome = await this.#network.send({
      origin: this.#graphRoot,
      path: url.slice(this.#graphRoot.length),
      method: (context.options?.method ?? 'GET') as HttpRequest['method'],
      headers: context.options?.headers as Record<string, string>,
      body: (context.options?.body ?? undefined) as HttpRequest['body'],
      maxBytes: call.maxBytes,
      takeMemory: call.takeMemory,
      signal: call.signal,
    });
    context.response = outcome as HttpOutcome & Response;
  }
}

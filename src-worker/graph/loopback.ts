/**
 * Waits on this machine for the browser to come back from the sign-in page (RFC 8252, 7.3). Listens on 127.0.0.1 only,
 * on a port of the system's choice, and for one answer only: the one that shows the state that was sent. Anything else
 * is turned away and the waiting goes on, so that no other page or program can end it.
 */
import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { wordsFor } from './error-words.ts';

/** What the browser brought back: a code, or the sign-in page's own error. */
export type BrowserAnswer = { readonly code: string } | { readonly error: string };

export class Loopback {
  readonly #server: Server;
  readonly #state: string;
  readonly #answer = Promise.withResolvers<BrowserAnswer>();

  private constructor(state: string) {
    this.#state = state;
    this.#server = createServer((request, response) => this.#handle(request, response));
    // Whoever waits sees the rejection; one that nobody waits for is no fault.
    this.#answer.promise.catch(() => undefined);
  }

  /** Starts listening. `state` is the secret that the right answer shows. */
  static async open(state: string): Promise<Loopback> {
    const loopback = new Loopback(state);
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    loopback.#server.once('error', reject).listen(0, '127.0.0.1', () => resolve(undefined));
    await promise;
    return loopback;
  }

  /** The public clients of Microsoft are registered with `http://localhost`, at any port. */
  get redirectUri(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The answer of the browser; rejects with `cancelled` when the signal aborts. */
  async answer(signal: AbortSignal | undefined): Promise<BrowserAnswer> {
    const stop = (): void => this.#answer.reject(new AppError('cancelled', wordsFor('cancelled')));
    if (signal?.aborted === true) stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      return await this.#answer.promise;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const code = url.searchParams.get('code');
    const error = url.searchParams.get('error');
    if (request.method !== 'GET' || url.pathname !== '/' || !this.#isOurs(url.searchParams.get('state'))) {
      page(response, 400, 'This is not the answer that Holdfast waits for. Nothing was changed.');
    } else if (code !== null) {
      page(response, 200, 'You are signed in. You can close this page and go back to Holdfast.');
      this.#answer.resolve({ code });
    } else {
      page(response, 200, 'The sign-in was not completed. You can close this page and go back to Holdfast.');
      this.#answer.resolve({ error: error ?? 'unknown' });
    }
  }

  #isOurs(state: string | null): boolean {
    const given = Buffer.from(state ?? '');
    const wanted = Buffer.from(this.#state);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

/** A page without anything active, that no cache keeps: its address holds the code. */
function page(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'",
    'Referrer-Policy': 'no-referrer',
    Connection: 'close',
  });
  response.end(`<!doctype html><title>Holdfast</title><p>${text}</p>`);
}

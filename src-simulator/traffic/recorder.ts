/**
 * Writes every exchange as one line of JSON, in the form validate-traffic.mjs reads. Hosts become Microsoft's, tokens
 * are left out, bodies that are no JSON are told by their length.
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { bodyBuffer, type Answer } from '../http/answer.ts';

export interface Exchange {
  request: IncomingMessage;
  requestBody: unknown;
  answer: Answer;
  /** False when the answer was damaged on its way. */
  isIntact: boolean;
  startMs: number;
  endMs: number;
  mailbox: string | null;
  /** It came although a Retry-After should have kept it away. */
  isEarly: boolean;
}

function bodyForRecord(answer: Answer): unknown {
  const bytes = bodyBuffer(answer);
  if (bytes.length === 0) return undefined;
  if (!answer.contentType?.startsWith('application/json')) return { $binary: bytes.length };
  return JSON.parse(bytes.toString()) as unknown;
}

export class TrafficRecorder {
  readonly #stream: WriteStream;

  constructor(path: string) {
    this.#stream = createWriteStream(path, { flags: 'a' });
  }

  record(exchange: Exchange): void {
    const { request, answer } = exchange;
    const requestHeaders: Record<string, unknown> = { ...request.headers };
    delete requestHeaders['authorization'];
    const line = {
      method: request.method,
      url: `https://graph.microsoft.com${request.url ?? ''}`,
      requestHeaders,
      requestBody: Buffer.isBuffer(exchange.requestBody)
        ? { $binary: exchange.requestBody.length }
        : exchange.requestBody,
      status: answer.status,
      responseHeaders: { 'content-type': answer.contentType, ...answer.headers },
      responseBody: bodyForRecord(answer),
      isIntact: exchange.isIntact,
      startMs: exchange.startMs,
      endMs: exchange.endMs,
      mailbox: exchange.mailbox,
      isEarly: exchange.isEarly,
    };
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()));
  }
}

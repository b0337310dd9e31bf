/** Reads a request body, bounded. */
import type { IncomingMessage } from 'node:http';

/** What Graph takes of JSON or MIME in one request. */
export const usualBodyBytes = 4 * 1024 * 1024;

/** The bytes of a body; null for one that is longer than the limit, of which nothing is kept. */
export async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer | null> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= limitBytes) parts.push(part);
    else parts = [];
  }
  return size > limitBytes ? null : Buffer.concat(parts);
}

export async function readBody(request: IncomingMessage): Promise<string> {
  const bytes = await readBytes(request, usualBodyBytes);
  if (bytes === null) throw new RangeError('request body too long');
  return bytes.toString();
}

/** JSON of a text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a request body, bounded. */
import type { IncomingMessage } from 'node:http';

const limitBytes = 4 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limitBytes) throw new RangeError('request body too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

/** JSON of a text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

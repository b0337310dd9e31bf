/** What a handler gives back: a status, a body in memory and a few headers. Sending it is the server's work. */

export interface Answer {
  status: number;
  /** Absent when there is no body. */
  contentType?: string;
  /** Parts are sent one after the other; their sum is the Content-Length. */
  body: string | Buffer | readonly Buffer[];
  headers?: Readonly<Record<string, string>>;
}

/** 200 with JSON that is already text. */
export const jsonText = (body: string, status = 200): Answer => ({
  status,
  contentType:
    'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8',
  body,
});

/** Plain JSON, for sign-in and control. */
export const plainJson = (value: unknown, status = 200): Answer => ({
  status,
  contentType: 'application/json; charset=utf-8',
  body: JSON.stringify(value),
});

export function bodySize(answer: Answer): number {
  if (typeof answer.body === 'string') return Buffer.byteLength(answer.body);
  return Buffer.isBuffer(answer.body)
    ? answer.body.length
    : answer.body.reduce((sum, part) => sum + part.length, 0);
}

/** The body in one piece. */
export function bodyBuffer(answer: Answer): Buffer {
  if (typeof answer.body === 'string') return Buffer.from(answer.body);
  if (Buffer.isBuffer(answer.body)) return answer.body;
  return answer.body.length === 1 ? (answer.body[0] as Buffer) : Buffer.concat(answer.body);
}

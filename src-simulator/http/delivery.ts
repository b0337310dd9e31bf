/**
 * Puts an answer on the wire, whole or damaged in one of the ways networks damage answers. Calls `done` once, when the
 * last byte was handed over or the connection ended.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { bodyBuffer, bodySize, type Answer } from './answer.ts';

/** What is to go wrong while sending; null for nothing. */
export type Damage =
  'stalledBody' | 'connectionReset' | 'truncatedBody' | 'invalidJson' | 'chunkedResponse' | null;

export interface Delivery {
  request: IncomingMessage;
  response: ServerResponse;
  answer: Answer;
  damage: Damage;
  stallMs: number;
  /** Headers of every answer, names and values in turns. */
  headers: readonly string[];
  isGzipWanted: boolean;
}

const gzipFromBytes = 1_400;
const oneWriteBytes = 16_384;

function headLines(delivery: Delivery, lengthBytes: number | null): string[] {
  const { answer } = delivery;
  const lines = [...delivery.headers];
  if (answer.contentType !== undefined) lines.push('Content-Type', answer.contentType);
  if (lengthBytes !== null) lines.push('Content-Length', String(lengthBytes));
  for (const name in answer.headers) lines.push(name, answer.headers[name] ?? '');
  return lines;
}

function sendWhole(delivery: Delivery): void {
  const { response, answer } = delivery;
  const sizeBytes = bodySize(answer);
  response.writeHead(answer.status, headLines(delivery, sizeBytes));
  if (typeof answer.body === 'string') {
    response.end(answer.body);
    return;
  }
  if (sizeBytes < oneWriteBytes) {
    // As latin1 text node sends head and body in one write; as bytes it would be two.
    response.end(bodyBuffer(answer).toString('latin1'), 'latin1');
    return;
  }
  if (Buffer.isBuffer(answer.body)) {
    response.end(answer.body);
    return;
  }
  const last = answer.body.length - 1;
  response.cork();
  for (let i = 0; i < last; i += 1) response.write(answer.body[i]);
  response.end(last >= 0 ? answer.body[last] : undefined);
}

function sendCompressed(delivery: Delivery): void {
  const bytes = gzipSync(bodyBuffer(delivery.answer), { level: 1 });
  const headers = { ...delivery.answer.headers, 'Content-Encoding': 'gzip' };
  sendWhole({ ...delivery, answer: { ...delivery.answer, headers, body: bytes } });
}

/** Sends the first half and then leaves the client waiting, or ends the connection in the way `damage` says. */
function sendHalf(delivery: Delivery): void {
  const { response, answer, damage, request } = delivery;
  const bytes = bodyBuffer(answer);
  response.writeHead(answer.status, headLines(delivery, bytes.length));
  response.flushHeaders();
  response.write(bytes.subarray(0, bytes.length >> 1), () => {
    if (damage === 'connectionReset') request.socket.destroy();
    else if (damage === 'truncatedBody') request.socket.end();
    else setTimeout(() => request.socket.destroy(), delivery.stallMs).unref();
  });
}

/** Delivers an answer; returns nothing, the response's own events tell when it is over. */
export function deliver(delivery: Delivery): void {
  const { answer, response } = delivery;
  switch (delivery.damage) {
    case null:
      if (delivery.isGzipWanted && typeof answer.body === 'string' && answer.body.length > gzipFromBytes)
        sendCompressed(delivery);
      else sendWhole(delivery);
      return;
    case 'invalidJson': {
      const bytes = bodyBuffer(answer);
      sendWhole({ ...delivery, answer: { ...answer, body: bytes.subarray(0, bytes.length >> 1) } });
      return;
    }
    case 'chunkedResponse':
      response.writeHead(answer.status, headLines(delivery, null));
      response.write('');
      response.end(bodyBuffer(answer));
      return;
    case 'connectionReset':
    case 'stalledBody':
    case 'truncatedBody':
      sendHalf(delivery);
  }
}

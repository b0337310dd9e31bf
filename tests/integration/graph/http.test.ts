import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { HttpOutcome } from '../../../src-worker/graph/body-collector.ts';
import { HttpNetwork, type HttpRequest, type NetworkOptions } from '../../../src-worker/graph/http.ts';

const open: (HttpNetwork | Server)[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) {
    if (one instanceof HttpNetwork) await one.close();
    else one.close().closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function openNetwork(options: NetworkOptions = {}): HttpNetwork {
  const network = new HttpNetwork(options);
  open.push(network);
  return network;
}

const get = (origin: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  origin,
  path: '/',
  method: 'GET',
  headers: {},
  maxBytes: 10_000_000,
  ...more,
});

const mebibyte = 1_048_576;

describe('bodies', () => {
  test('a body comes whole, in memory of its own', async () => {
    const origin = await serve((_request, response) => response.end('hello'));
    const answer = await openNetwork().send(get(origin));
    if (answer.kind !== 'complete') throw new Error(answer.kind);
    expect(new TextDecoder().decode(answer.body)).toBe('hello');
    expect(answer.body.buffer.byteLength).toBe(5);
    expect(structuredClone(answer.body, { transfer: [answer.body.buffer] }).byteLength).toBe(5);
  });

  test('a large chunked body without a length comes whole', async () => {
    const pieces = Array.from({ length: 50 }, (_unused, index) => Buffer.alloc(70_001, index));
    const origin = await serve((_request, response) => {
      for (const piece of pieces) response.write(piece);
      response.end();
    });
    const network = openNetwork();
    const answer = await network.send(get(origin));
    if (answer.kind !== 'complete') throw new Error(answer.kind);
    expect(Buffer.concat(pieces).equals(answer.body)).toBe(true);
    expect(answer.body.buffer.byteLength).toBe(answer.body.byteLength);
    expect(network.bytesReceived).toBe(50 * 70_001);
  });

  test('an empty body is complete', async () => {
    const origin = await serve((_request, response) => response.writeHead(204).end());
    expect(await openNetwork().send(get(origin))).toMatchObject({ kind: 'complete', status: 204 });
  });

  test.each([
    ['with a length', true],
    ['without a length', false],
  ])('a body above the limit is refused %s', async (_case, hasLength) => {
    const origin = await serve((_request, response) => {
      if (hasLength) response.setHeader('content-length', 2_000);
      response.write(Buffer.alloc(1_000));
      response.end(Buffer.alloc(1_000));
    });
    const outcome = await openNetwork().send(get(origin, { maxBytes: 1_999 }));
    expect(outcome).toEqual({ kind: 'body', reason: 'too-large' });
  });

  test('large bodies are read while they have room together, and all of them arrive', async () => {
    const held: ServerResponse[] = [];
    const origin = await serve((_request, response) => {
      // Two of them fit, three do not.
      response.setHeader('content-length', 5 * mebibyte);
      response.write(Buffer.alloc(2 * mebibyte));
      held.push(response);
    });
    const network = openNetwork();
    const bodies: Promise<HttpOutcome>[] = [];
    let ended = 0;
    for (let count = 1; count <= 4; count++) {
      bodies.push(network.send(get(origin)).finally(() => (ended += 1)));
      while (held.length < count) await pause(5);
      await pause(20);
    }
    const finish = (response: ServerResponse): unknown => response.end(Buffer.alloc(3 * mebibyte));
    held.slice(2).forEach(finish);
    await pause(200);
    expect(ended).toBe(0);
    held.slice(0, 2).forEach(finish);
    const sizes = (await Promise.all(bodies)).map((body) => body.kind === 'complete' && body.body.byteLength);
    expect(sizes).toEqual(Array.from({ length: 4 }, () => 5 * mebibyte));
  });

  test('a waiting large body that breaks off does not keep its place in the line', async () => {
    const origin = await serve((request, response) => {
      // Two of them have no room together.
      response.setHeader('content-length', 9 * mebibyte);
      if (request.url !== '/breaks') response.end(Buffer.alloc(9 * mebibyte));
      else response.write(Buffer.alloc(mebibyte), () => setTimeout(() => request.socket.destroy(), 30));
    });
    const network = openNetwork();
    const paths = ['/breaks', '/breaks', '/breaks', '/good', '/good'];
    const outcomes = await Promise.all(paths.map((path) => network.send(get(origin, { path }))));
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'network',
      'network',
      'network',
      'complete',
      'complete',
    ]);
  });
});

describe('trouble', () => {
  test('a connection that closes before the promised length is not a body', async () => {
    const origin = await serve((request, response) => {
      response.setHeader('content-length', 100);
      response.write('half', () => request.socket.end());
    });
    expect((await openNetwork().send(get(origin))).kind).not.toBe('complete');
  });

  test('a body that stops coming ends with a time-out', async () => {
    const origin = await serve((_request, response) => {
      response.setHeader('content-length', 100);
      response.write('half');
    });
    const outcome = await openNetwork({ timeouts: { idleBodyMs: 300 } }).send(get(origin));
    expect(outcome).toEqual({ kind: 'network', errno: 'UND_ERR_BODY_TIMEOUT' });
  });

  test('an answer that never begins ends with a time-out', async () => {
    const origin = await serve(() => undefined);
    const outcome = await openNetwork({ timeouts: { headersMs: 300 } }).send(get(origin));
    expect(outcome).toEqual({ kind: 'network', errno: 'UND_ERR_HEADERS_TIMEOUT' });
  });

  test('a port where nobody listens is told as such', async () => {
    const outcome = await openNetwork().send(get('http://127.0.0.1:1'));
    expect(outcome).toEqual({ kind: 'network', errno: 'ECONNREFUSED' });
  });

  test.each([
    ['before it is sent', 0],
    ['while its body comes', 100],
  ])('an aborted request ends at once %s', async (_case, delayMs) => {
    const origin = await serve((_request, response) => {
      response.setHeader('content-length', 100);
      response.write('half');
    });
    const abort = new AbortController();
    if (delayMs === 0) abort.abort();
    const outcome = openNetwork().send(get(origin, { signal: abort.signal }));
    await pause(delayMs);
    abort.abort();
    expect(await outcome).toEqual({ kind: 'network', errno: 'UND_ERR_ABORTED' });
  });

  test('a proxy carries the request to its origin', async () => {
    const asked: string[] = [];
    const origin = await serve((_request, response) => response.end('direct'));
    const proxyUrl = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.end('through the proxy');
    });
    const answer = await openNetwork({ proxyUrl }).send(get(origin, { path: '/a?b' }));
    if (answer.kind !== 'complete') throw new Error(answer.kind);
    expect(new TextDecoder().decode(answer.body)).toBe('through the proxy');
    expect(asked).toEqual([`${origin}/a?b`]);
  });
});

import { createServer, type Server } from 'node:https';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createServerCertificate } from '../../../src-simulator/http/certificates.ts';
import { BodyPermits } from '../../../src-worker/graph/body-permits.ts';
import { ownBytes } from '../../../src-worker/graph/body-collector.ts';
import { downloadFile, type DownloadSource } from '../../../src-worker/graph/download.ts';
import { HttpNetwork } from '../../../src-worker/graph/http.ts';
import { defaultRetryLimits, RetryPolicy } from '../../../src-worker/graph/retry-policy.ts';
import { ThrottleGovernor } from '../../../src-worker/graph/throttle-governor.ts';
import { pseudoRandomBytes } from '../../support/pseudo-random.ts';
import { systemClock } from './system-clock.ts';

const certificate = createServerCertificate();
const file = Buffer.from(pseudoRandomBytes(1_500_000, 7));
const half = 700_000;
const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** Answers one request after the other, the last answer for ever. Tells the ranges that were asked for. */
async function serve(...answers: Answer[]): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const listener: RequestListener = (request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)];
    ranges.push(request.headers.range);
    answer?.(response, request);
  };
  const server: Server = createServer({ key: certificate.keyPem, cert: certificate.chainPem }, listener);
  open.push({ close: () => server.close().closeAllConnections() });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/file`, ranges };
}

async function download(source: Partial<DownloadSource> & { url: string }) {
  const network = new HttpNetwork({ caPem: certificate.caPem });
  open.push(network);
  const governor = new ThrottleGovernor({ clock: systemClock, random: () => 0 });
  const tally = { requests: 0, retried: 0 };
  const limits = { ...defaultRetryLimits, firstDelayMs: 10, longestDelayMs: 40 };
  const policy = new RetryPolicy(() => 1, limits);
  const services = {
    network,
    governor,
    policy,
    clock: systemClock,
    userAgent: 'test',
    tally,
    largeFiles: new BodyPermits(1),
  };
  const pieces: Uint8Array[] = [];
  const whole = {
    freshUrl: () => Promise.reject(new Error('not asked for')),
    sizeBytes: file.length,
    ...source,
  };
  const options = { signal: undefined, takeMemory: ownBytes };
  for await (const piece of downloadFile(services, whole, options)) pieces.push(piece);
  return { isSame: Buffer.concat(pieces).equals(file), tally, governor };
}

const all: Answer = (response) => response.end(file);
const fromHalf: Answer = (response) =>
  response
    .writeHead(206, { 'content-range': `bytes ${half}-${file.length - 1}/${file.length}` })
    .end(file.subarray(half));
/** The first half, and then the connection ends. */
const breaksOff: Answer = (response) => {
  response.writeHead(200, { 'content-length': file.length });
  response.write(file.subarray(0, half), () => setTimeout(() => response.destroy(), 50));
};
const refuses =
  (status: number, headers = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end();

test('goes on where it broke off', async () => {
  const { url, ranges } = await serve(breaksOff, fromHalf);
  expect(await download({ url })).toMatchObject({ isSame: true, tally: { requests: 2, retried: 1 } });
  expect(ranges).toEqual([undefined, `bytes=${half}-`]);
});

test('takes the rest out of a whole file where the range is ignored', async () => {
  const { url } = await serve(breaksOff, all);
  expect((await download({ url })).isSame).toBe(true);
});

test('does not take a part that begins elsewhere', async () => {
  const elsewhere: Answer = (response) =>
    response
      .writeHead(206, { 'content-range': `bytes 0-${file.length - 1}/${file.length}` })
      .end(file.subarray(0, file.length - half));
  const { url, ranges } = await serve(breaksOff, elsewhere, fromHalf);
  expect((await download({ url })).isSame).toBe(true);
  expect(ranges).toHaveLength(3);
});

test('asks for a fresh address when the old one has expired', async () => {
  const fresh = await serve(all);
  const { url } = await serve(refuses(401));
  expect((await download({ url, freshUrl: () => Promise.resolve(fresh.url) })).isSame).toBe(true);
});

test.each([
  ['without a word how long', {}],
  ['for as long as it says', { 'retry-after': '0.05' }],
])('waits when it is asked to slow down, %s', async (_name, headers) => {
  const startedMs = performance.now();
  const { url } = await serve(refuses(429, headers), all);
  const { isSame, governor } = await download({ url });
  expect([isSame, governor.stats().throttled]).toEqual([true, 1]);
  expect(performance.now() - startedMs).toBeGreaterThan(20);
});

test.each([
  ['a file that grew', { sizeBytes: half }, all, 'item-changed'],
  ['a file that shrank', { sizeBytes: file.length + 1 }, refuses(416), 'item-changed'],
  ['malware', {}, refuses(403, { 'x-virus-infected': 'true' }), 'item-infected'],
  ['what never comes', {}, refuses(500), 'service-unavailable'],
])('names %s', async (...row) => {
  const [, source, answer, code] = row;
  const { url } = await serve(answer);
  await expect(download({ url, ...source })).rejects.toMatchObject({ code });
});

test.each(['http://example.com/file', 'https://user@example.com/file', 'nonsense'])(
  'sends nothing to %s',
  async (url) => {
    await expect(download({ url })).rejects.toMatchObject({ code: 'response-invalid' });
  },
);

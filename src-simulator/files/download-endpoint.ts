/**
 * GET /download/...: bytes of files at pre-authenticated addresses, whole or in ranges, written block by block so that
 * a file of any size costs the memory of one. No token is wanted here; one that is sent is refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Statistics } from '../control/statistics.ts';
import type { FaultKind } from '../faults/fault-plan.ts';
import type { Organization } from '../graph/graph-call.ts';
import { arrivalOf } from '../limits/quiet-time.ts';
import type { UnitLimits } from '../limits/unit-limits.ts';
import type { TrafficRecorder } from '../traffic/recorder.ts';
import { readDownloadPath } from './download-links.ts';
import { readRange, type ByteRange } from './byte-range.ts';
import type { Drive, ItemState } from './drive.ts';

export interface DownloadServices {
  organization: Organization;
  units: UnitLimits;
  statistics: Statistics;
  recorder: TrafficRecorder | null;
}

/** What is sent: a refusal, or a part of a file. */
interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** Text of a refusal; null for bytes of a file. */
  text: string | null;
  bytes: { drive: Drive; state: ItemState; version: number; range: ByteRange } | null;
}

const refusal = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'Content-Type': 'text/plain', ...headers },
  text,
  bytes: null,
});

const throttled = (seconds: number): Reply =>
  refusal(429, 'The request has been throttled.', { 'Retry-After': String(seconds) });

const damages = ['connectionReset', 'stalledBody', 'truncatedBody'] as const;
type Damage = (typeof damages)[number] | null;

export class DownloadEndpoint {
  readonly #services: DownloadServices;

  constructor(services: DownloadServices) {
    this.#services = services;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { organization, statistics, recorder, units } = this.#services;
    const { faults, options } = organization;
    const startMs = performance.now();
    const path = request.url ?? '';
    const key = `download ${path}`;
    const arrival = arrivalOf(request);
    const isEarly = units.noteCall(arrival);
    const wait = units.enter(1, startMs, request.headers['user-agent']);
    const reply = wait > 0 ? throttled(wait) : (this.#faultReply(key) ?? this.#reply(request, path));
    const delayMs = options.latencyMs + (faults.strikes('slowResponse', key) ? faults.options.slowMs : 0);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    const damage = damages.find((kind) => reply.bytes && faults.strikes(kind, key)) ?? null;
    if (damage === null && reply.status < 400) faults.spare(key);
    statistics.count('download');
    const sentBytes = await this.#send(request, response, { reply, damage });
    statistics.bytesSent += sentBytes;
    const seconds = Number(reply.headers['Retry-After']);
    if (reply.status === 429) units.sentRetryAfter(performance.now(), { seconds, key: arrival.key });
    recorder?.record({
      request,
      requestBody: undefined,
      answer: { status: reply.status, headers: reply.headers, body: '' },
      isIntact: damage === null,
      startMs,
      endMs: performance.now(),
      mailbox: null,
      isEarly,
    });
  }

  #faultReply(key: string): Reply | null {
    const { faults } = this.#services.organization;
    const strikes = (kind: FaultKind) => faults.strikes(kind, key);
    if (strikes('throttle429')) return throttled(faults.options.retryAfterSeconds);
    if (strikes('unavailable503')) return refusal(503, 'The service is temporarily unavailable.');
    if (strikes('gatewayTimeout504')) return refusal(504, 'The gateway did not get an answer in time.');
    if (strikes('serverError500')) return refusal(500, 'An internal server error occurred.');
    return strikes('downloadUrlExpired') ? expired : null;
  }

  #reply(request: IncomingMessage, path: string): Reply {
    const { drives } = this.#services.organization;
    if (request.headers.authorization !== undefined)
      return refusal(401, 'A pre-authenticated address takes no Authorization header.');
    const ticket = readDownloadPath(path);
    if (!ticket) return refusal(401, 'The address is not valid.');
    if (ticket.expiresAtMs <= Date.now()) return expired;
    const drive = drives.find(ticket.driveId);
    const state = drive?.item(ticket.item);
    if (!drive || !state || !drive.isReachable(state)) return refusal(404, 'File not found.');
    if (drives.isLocked(drive)) return refusal(423, 'The site is locked.');
    const trouble = troubleReply(drive, state, ticket.version);
    return trouble ?? this.#bytesReply(request, { drive, state, version: ticket.version });
  }

  #bytesReply(request: IncomingMessage, file: { drive: Drive; state: ItemState; version: number }): Reply {
    const { drive, state, version } = file;
    const content = drive.content(state, version);
    const total = content.sizeBytes;
    const whole: ByteRange = { start: 0, end: total };
    const asked = readRange(request.headers.range, total);
    if (asked === 'unsatisfiable')
      return refusal(416, 'The range is outside the file.', { 'Content-Range': `bytes */${total}` });
    const isIgnored = asked !== null && this.#services.organization.faults.strikes('rangeIgnored');
    const range = asked === null || isIgnored ? whole : asked;
    const headers: Record<string, string> = {
      'Content-Type': content.format.contentType,
      'Content-Length': String(range.end - range.start),
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(state.name)}`,
      'Accept-Ranges': 'bytes',
      ETag: `"${content.hash},${version}"`,
    };
    const isPart = range !== whole;
    if (isPart) headers['Content-Range'] = `bytes ${range.start}-${range.end - 1}/${total}`;
    return { status: isPart ? 206 : 200, headers, text: null, bytes: { ...file, range } };
  }

  /** Sends a reply, or its first half when it is damaged. Returns how many bytes of the body went out. */
  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    { reply, damage }: { reply: Reply; damage: Damage },
  ): Promise<number> {
    if (response.destroyed) return 0;
    response.writeHead(reply.status, {
      ...reply.headers,
      ...this.#services.units.headers(performance.now()),
    });
    if (!reply.bytes) {
      response.end(reply.text ?? '');
      return reply.text?.length ?? 0;
    }
    const { range } = reply.bytes;
    const end = damage === null ? range.end : range.start + Math.floor((range.end - range.start) / 2);
    response.flushHeaders();
    const sent = await this.#write(response, { ...reply.bytes, range: { start: range.start, end } });
    if (damage === null) response.end();
    else if (damage === 'connectionReset') request.socket.destroy();
    else if (damage === 'truncatedBody') request.socket.end();
    else
      setTimeout(() => request.socket.destroy(), this.#services.organization.faults.options.stallMs).unref();
    return sent;
  }

  async #write(response: ServerResponse, bytes: NonNullable<Reply['bytes']>): Promise<number> {
    const { drive, state, version, range } = bytes;
    let sent = 0;
    for (const piece of drive.world.bytes.read(drive.content(state, version), range.start, range.end)) {
      if (response.destroyed) break;
      sent += piece.length;
      if (!response.write(piece)) await roomOrEnd(response);
    }
    return sent;
  }
}

/** Resolves when the client took what was written, or went away. */
function roomOrEnd(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

const expired = refusal(401, 'The address has expired.');

/** What the download of an unreadable file answers. */
function troubleReply(drive: Drive, state: ItemState, version: number): Reply | null {
  switch (drive.versionTrouble(state, version)) {
    case 'itemNotFound':
      return refusal(404, 'File not found.');
    case 'generalException':
      return refusal(500, 'An error occurred while reading the file.');
    case 'malwareDetected':
      return refusal(403, 'Malware was detected.', { 'X-Virus-Infected': 'true' });
    case null:
      return null;
  }
}

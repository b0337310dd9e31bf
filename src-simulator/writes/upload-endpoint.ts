/**
 * PUT, GET and DELETE /upload/...: ranges of upload sessions. The address is the permission: a token that is sent along
 * is refused, as Microsoft's hosts do.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Statistics } from '../control/statistics.ts';
import type { FaultPlan } from '../faults/fault-plan.ts';
import type { Organization } from '../graph/graph-call.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import { deliver, type Damage } from '../http/delivery.ts';
import { readBytes } from '../http/request-body.ts';
import type { MailboxLimits } from '../limits/mailbox-limits.ts';
import type { TrafficRecorder } from '../traffic/recorder.ts';
import { sessionJson, type UploadSession } from './upload-sessions.ts';

interface UploadServices {
  organization: Organization;
  mailboxLimits: MailboxLimits;
  statistics: Statistics;
  recorder: TrafficRecorder | null;
}

const longestRangeBytes = 60 * 1024 * 1024;
const uploadPath = '/upload/';

function problem(status: number, code: string, message: string): Answer {
  return jsonText(JSON.stringify({ error: { code, message } }), status);
}

const withRetry = (answer: Answer, seconds: number): Answer => ({
  ...answer,
  headers: { 'Retry-After': String(seconds) },
});

/** A fault in place of an answer, before anything was taken; or null. */
function faultAnswer(faults: FaultPlan, key: string): Answer | null {
  const { retryAfterSeconds } = faults.options;
  if (faults.strikes('throttle429', key))
    return withRetry(problem(429, 'ApplicationThrottled', 'The request was throttled.'), retryAfterSeconds);
  if (faults.strikes('unavailable503', key))
    return problem(503, 'serviceNotAvailable', 'The service is temporarily unavailable.');
  if (faults.strikes('gatewayTimeout504', key))
    return problem(504, 'UnknownError', 'The gateway did not get an answer in time.');
  return faults.strikes('serverError500', key)
    ? problem(500, 'ErrorInternalServerError', 'An internal server error occurred.')
    : null;
}

export class UploadEndpoint {
  readonly #services: UploadServices;

  constructor(services: UploadServices) {
    this.#services = services;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { organization, statistics, recorder } = this.#services;
    const { faults, options } = organization;
    const startMs = performance.now();
    const bytes = await readBytes(request, longestRangeBytes);
    const key = `upload ${request.method ?? ''} ${request.url ?? ''} ${request.headers['content-range'] ?? ''}`;
    const isReset = faults.strikes('connectionReset', key);
    const answer = faultAnswer(faults, key) ?? this.#answer(request, bytes);
    if (options.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, options.latencyMs));
    // What was taken stays taken: the client cannot know, and has to ask.
    const damage: Damage = isReset ? 'connectionReset' : null;
    if (damage === null && answer.status < 429) faults.spare(key);
    statistics.count('upload');
    deliver({ request, response, answer, damage, stallMs: 0, headers: [], isGzipWanted: false });
    recorder?.record({
      request,
      requestBody: { $binary: bytes?.length ?? 0 },
      answer,
      isIntact: damage === null,
      startMs,
      endMs: performance.now(),
      mailbox: null,
      isEarly: false,
    });
  }

  #answer(request: IncomingMessage, bytes: Buffer | null): Answer {
    if (request.headers.authorization !== undefined)
      return problem(401, 'unauthenticated', 'An upload address takes no token.');
    const { uploads } = this.#services.organization;
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const session = uploads.find(path.slice(uploadPath.length), Date.now());
    if (!session) return problem(404, 'itemNotFound', 'The upload session was not found.');
    if (request.method === 'GET') return jsonText(JSON.stringify(sessionJson(session)));
    if (request.method === 'DELETE') {
      uploads.close(session.id);
      return { status: 204, body: '' };
    }
    if (request.method !== 'PUT') return problem(405, 'invalidRequest', 'The method is not allowed here.');
    return bytes
      ? this.#take(session, request, bytes)
      : problem(413, 'maxFragmentLengthExceeded', 'The range is too long.');
  }

  #take(session: UploadSession, request: IncomingMessage, bytes: Buffer): Answer {
    const refusal = rangeProblem(session, request.headers['content-range'] ?? '', bytes);
    if (refusal) return refusal;
    const { mailboxLimits, organization } = this.#services;
    const wait =
      session.mailbox === null ? 0 : mailboxLimits.upload(session.mailbox, bytes.length, performance.now());
    if (wait > 0) return withRetry(problem(429, 'ApplicationThrottled', 'Too much was uploaded.'), wait);
    session.parts.push(bytes);
    session.takenBytes += bytes.length;
    session.totalBytes ??= Number(/\d+$/.exec(request.headers['content-range'] ?? '')?.[0]);
    if (session.takenBytes < session.totalBytes)
      return jsonText(JSON.stringify(sessionJson(session)), session.rules.takenStatus);
    organization.uploads.close(session.id);
    return session.finish(Buffer.concat(session.parts));
  }
}

/** What is wrong with a range, or null. */
function rangeProblem(session: UploadSession, header: string, bytes: Buffer): Answer | null {
  const { rules, totalBytes, takenBytes } = session;
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header) ?? [];
  if (first === undefined) return problem(400, 'invalidRequest', 'Content-Range is missing or malformed.');
  if (Number(last) - Number(first) + 1 !== bytes.length || Number(total) !== (totalBytes ?? Number(total)))
    return problem(400, 'invalidRequest', 'Content-Range does not fit the bytes or the size declared.');
  if (Number(first) !== takenBytes)
    return problem(416, 'invalidRange', 'The range is not the next one that is expected.');
  const isLast = takenBytes + bytes.length === Number(total);
  if (bytes.length > rules.mostBytes || (!isLast && bytes.length % rules.multipleOfBytes !== 0))
    return problem(400, 'invalidRequest', 'The length of the range is not allowed.');
  return null;
}

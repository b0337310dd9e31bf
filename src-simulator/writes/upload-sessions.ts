/**
 * Upload sessions: a large content comes in ranges, in order, at an address that is itself the permission. What becomes
 * of the whole is the affair of whoever opened the session.
 */
import { randomBytes } from 'node:crypto';
import type { Answer } from '../http/answer.ts';

/** How a service takes ranges. */
export interface RangeRules {
  /** The most bytes of one range. */
  readonly mostBytes: number;
  /** Every range but the last is a multiple of this. */
  readonly multipleOfBytes: number;
  /** Status of a range that is not the last. */
  readonly takenStatus: 200 | 202;
}

/** Outlook's: less than 4 MB each (graph facts, section 5). */
export const outlookRanges: RangeRules = {
  mostBytes: 4 * 1024 * 1024,
  multipleOfBytes: 1,
  takenStatus: 200,
};

export interface UploadPlan {
  /** Null when only the first range tells it. */
  readonly sizeBytes: number | null;
  readonly rules: RangeRules;
  /** Number of the mailbox whose upload limit counts the bytes; null for none. */
  readonly mailbox: number | null;
  /** The answer to the last range: what was made of the whole, or why nothing was. */
  readonly finish: (bytes: Buffer) => Answer;
}

export interface UploadSession extends UploadPlan {
  readonly id: string;
  readonly parts: Buffer[];
  takenBytes: number;
  /** As the ranges told. */
  totalBytes: number | null;
  expiresAtMs: number;
}

const lifetimeMs = 7 * 86_400_000;

export class UploadSessions {
  readonly #sessions = new Map<string, UploadSession>();

  open(plan: UploadPlan, nowMs: number): UploadSession {
    const id = randomBytes(24).toString('base64url');
    const session = {
      ...plan,
      id,
      parts: [],
      takenBytes: 0,
      totalBytes: plan.sizeBytes,
      expiresAtMs: nowMs + lifetimeMs,
    };
    this.#sessions.set(id, session);
    return session;
  }

  find(id: string, nowMs: number): UploadSession | null {
    const session = this.#sessions.get(id);
    return session && session.expiresAtMs > nowMs ? session : null;
  }

  close(id: string): void {
    this.#sessions.delete(id);
  }

  /** Ends all sessions, as the service may at any time. Returns how many there were. */
  expireAll(): number {
    const count = this.#sessions.size;
    this.#sessions.clear();
    return count;
  }
}

/** The JSON of a session (microsoft.graph.uploadSession). */
export function sessionJson(session: UploadSession, uploadUrl?: string): object {
  const { expiresAtMs, takenBytes, totalBytes } = session;
  const isDone = totalBytes !== null && takenBytes >= totalBytes;
  return {
    ...(uploadUrl === undefined ? {} : { uploadUrl }),
    expirationDateTime: new Date(expiresAtMs).toISOString(),
    nextExpectedRanges: isDone ? [] : [`${takenBytes}-${totalBytes === null ? '' : totalBytes - 1}`],
  };
}

/** The error bodies of the sign-in service: an OAuth code plus Microsoft's AADSTS number and sentence. */
import { randomUUID } from 'node:crypto';
import type { Answer } from '../http/answer.ts';

export interface SignInProblem {
  status: number;
  /** OAuth 2.0 error code (RFC 6749 5.2, RFC 8628 3.5). */
  error: string;
  /** Number behind AADSTS. */
  number: number;
  message: string;
}

export class SignInFailure extends Error {
  readonly problem: SignInProblem;

  constructor(problem: SignInProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

export function fail(error: string, number: number, message: string): never {
  throw new SignInFailure({ status: error === 'invalid_client' ? 401 : 400, error, number, message });
}

export function problemAnswer(problem: SignInProblem, nowMs: number): Answer {
  const trace = randomUUID();
  const correlation = randomUUID();
  const timestamp = `${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    status: problem.status,
    contentType: 'application/json; charset=utf-8',
    body: JSON.stringify({
      error: problem.error,
      error_description: `AADSTS${problem.number}: ${problem.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${timestamp}`,
      error_codes: [problem.number],
      timestamp,
      trace_id: trace,
      correlation_id: correlation,
      error_uri: `https://localhost/error?code=${problem.number}`,
    }),
  };
}

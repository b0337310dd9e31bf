/**
 * What the sign-in service of Microsoft says when it refuses an application, by its AADSTS number. Texts of the service
 * are not passed on: they may repeat what was sent.
 */
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { ErrorCode } from '../../src-shared/errors/error-code.ts';
import type { Credential } from '../../src-shared/model/connection.ts';
import { wordsFor } from './error-words.ts';

/** After "Microsoft Entra authentication and authorization error codes". */
const byNumber = new Map<number, ErrorCode>([
  [90002, 'sign-in-tenant-unknown'],
  [900021, 'sign-in-tenant-unknown'],
  [900023, 'sign-in-tenant-unknown'],
  [50059, 'sign-in-tenant-unknown'],
  [700016, 'sign-in-application-unknown'],
  [7000229, 'sign-in-application-unknown'],
  [7000215, 'sign-in-secret-wrong'],
  [7000222, 'sign-in-secret-expired'],
  [700021, 'sign-in-certificate-rejected'],
  [700023, 'sign-in-certificate-rejected'],
  [700024, 'sign-in-certificate-rejected'],
  [700027, 'sign-in-certificate-rejected'],
  [700030, 'sign-in-certificate-rejected'],
  [7000214, 'sign-in-certificate-rejected'],
  [65004, 'sign-in-declined'],
  [70000, 'sign-in-declined'],
  [70020, 'sign-in-code-expired'],
  [53000, 'sign-in-blocked'],
  [53001, 'sign-in-blocked'],
  [53003, 'sign-in-blocked'],
  [530036, 'sign-in-blocked'],
  [50105, 'sign-in-blocked'],
  [65001, 'administrator-required'],
]);

/** AADSTS50012 means "the proof is wrong" and does not say which kind of proof. */
const proofRejected = 50012;

/** The AADSTS number of an answer of the sign-in service, or undefined when it holds none. */
export function readAadsts(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { error_codes: numbers, error_description: text } = body as Record<string, unknown>;
  if (Array.isArray(numbers) && typeof numbers[0] === 'number') return numbers[0];
  const match = typeof text === 'string' ? /AADSTS(\d+)/.exec(text) : null;
  return match === null ? undefined : Number(match[1]);
}

/** The error for a refusal with this number. `credential` is null where a person signs in. */
export function signInError(aadsts: number | undefined, credential: Credential | null): AppError {
  const code = codeFor(aadsts, credential);
  return new AppError(code, wordsFor(code), { details: aadsts === undefined ? {} : { aadsts } });
}

function codeFor(aadsts: number | undefined, credential: Credential | null): ErrorCode {
  if (aadsts === undefined) return 'sign-in-failed';
  if (aadsts === proofRejected) {
    return credential?.kind === 'secret' ? 'sign-in-secret-wrong' : 'sign-in-certificate-rejected';
  }
  return byNumber.get(aadsts) ?? 'sign-in-failed';
}

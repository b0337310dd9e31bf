/**
 * When the credential of an application ends. A certificate tells by itself. A secret does not: the directory knows it
 * by its first letters, and only says so to those who may read applications.
 */
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import type { ConnectionReport } from '../../src-shared/model/connection-report.ts';
import type { Credential, GraphConnection } from '../../src-shared/model/connection.ts';
import { wordsFor } from './error-words.ts';
import type { GraphClient } from './graph-client.ts';

type Expiry = ConnectionReport['expiry'];

const applicationSchema = z.object({
  passwordCredentials: z.array(
    z.object({ hint: z.string().nullish(), endDateTime: z.iso.datetime({ offset: true }).nullish() }),
  ),
});
const dayMs = 86_400_000;
const hintLength = 3;

/** What the credential itself tells; for a secret, nothing. */
export function unknownExpiry(credential: Credential, nowMs: number): Expiry {
  const { kind } = credential;
  if (kind === 'secret')
    return { kind, endsAt: null, daysLeft: null, reason: 'The sign-in has to work first.' };
  try {
    return known(kind, new X509Certificate(credential.certificatePem).validToDate.getTime(), nowMs);
  } catch {
    return { kind, endsAt: null, daysLeft: null, reason: 'The certificate cannot be read.' };
  }
}

/** Asks the directory where the credential does not tell. Never rejects. */
export async function credentialExpiry(
  graph: GraphClient,
  { clientId, credential }: GraphConnection,
  nowMs: number,
): Promise<Expiry> {
  const { kind } = credential;
  if (kind === 'certificate') return unknownExpiry(credential, nowMs);
  const unknown = (reason: string): Expiry => ({ kind, endsAt: null, daysLeft: null, reason });
  try {
    const path = `/applications(appId='${clientId}')`;
    const query = { $select: 'passwordCredentials' };
    const { passwordCredentials } = await graph.getJson(path, { schema: applicationSchema, query });
    const hint = credential.secret.slice(0, hintLength);
    const ends = passwordCredentials.flatMap((each) =>
      each.hint === hint && typeof each.endDateTime === 'string' ? [Date.parse(each.endDateTime)] : [],
    );
    // Secrets with the same first letters cannot be told apart; the earliest end warns in time.
    return ends.length === 0
      ? unknown('The application has no such secret in the directory.')
      : known(kind, Math.min(...ends), nowMs);
  } catch (error) {
    if (isAppError(error, 'permission-missing', 'access-denied'))
      return unknown('Not known: Application.Read.All would tell when the secret ends.');
    return unknown(isAppError(error) ? error.message : wordsFor('internal'));
  }
}

function known(kind: Expiry['kind'], endsAtMs: number, nowMs: number): Expiry {
  const daysLeft = Math.floor((endsAtMs - nowMs) / dayMs);
  return { kind, endsAt: new Date(endsAtMs).toISOString(), daysLeft, reason: '' };
}

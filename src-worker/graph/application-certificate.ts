/**
 * Makes the certificate that an application signs in with: RSA-2048, because the sign-in service wants PS256, signed by
 * itself, because it is recognised by its thumbprint alone. The private key never leaves this machine unsealed.
 */
import { createHash, generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Credential } from '../../src-shared/model/connection.ts';
import {
  bits,
  element,
  integer,
  nullValue,
  objectId,
  octets,
  sequence,
  setOf,
  time,
  trueValue,
  utf8,
} from './der.ts';

/** What a new certificate says. */
export interface CertificateWish {
  readonly commonName: string;
  readonly nowMs: number;
  readonly lifetimeMs: number;
}

/** A certificate with its key, and its public half as the directory takes it. */
export interface MadeCertificate {
  readonly credential: Extract<Credential, { kind: 'certificate' }>;
  readonly der: Buffer;
  readonly expiresAtMs: number;
}

/** Clocks differ; a certificate that begins in the future of a server is refused. */
const startLeadMs = 3_600_000;
const sha256WithRsa = sequence(objectId('1.2.840.113549.1.1.11'), nullValue());
const makeKeyPair = promisify(generateKeyPair);

export async function makeCertificate(wish: CertificateWish): Promise<MadeCertificate> {
  const keys = await makeKeyPair('rsa', { modulusLength: 2_048 });
  const publicKey = keys.publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(setOf(sequence(objectId('2.5.4.3'), utf8(wish.commonName))));
  // Whole seconds, as the encoding has them.
  const expiresAtMs = Math.floor((wish.nowMs + wish.lifetimeMs) / 1_000) * 1_000;
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    sha256WithRsa,
    name,
    sequence(time(wish.nowMs - startLeadMs), time(expiresAtMs)),
    name,
    publicKey,
    element(0xa3, sequence(...extensions(publicKey))),
  );
  const der = sequence(body, sha256WithRsa, bits(sign('sha256', body, keys.privateKey)));
  const lines = der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return {
    credential: {
      kind: 'certificate',
      certificatePem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
      privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
    der,
    expiresAtMs,
  };
}

/** No authority, for signatures and for proving who a client is (RFC 5280, 4.2.1). */
function extensions(publicKey: Buffer): Buffer[] {
  const keyIdentifier = createHash('sha1').update(publicKey).digest();
  return [
    sequence(objectId('2.5.29.19'), trueValue(), octets(sequence())),
    sequence(objectId('2.5.29.15'), trueValue(), octets(bits(Buffer.from([0x80]), 7))),
    sequence(objectId('2.5.29.37'), octets(sequence(objectId('1.3.6.1.5.5.7.3.2')))),
    sequence(objectId('2.5.29.14'), octets(octets(keyIdentifier))),
  ];
}

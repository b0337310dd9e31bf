/** A self-signed RSA certificate with its key, as an administrator would register it for the application. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import {
  bits,
  element,
  integer,
  objectId,
  sequence,
  setOf,
  utcTime,
  utf8,
} from '../../../src-simulator/http/der.ts';

const dayMs = 86_400_000;
const sha256WithRsa = sequence(objectId('1.2.840.113549.1.1.11'), element(0x05));

/** PEM certificate and key, and the thumbprint MSAL wants (SHA-256 of the DER, hexadecimal). */
export function rsaCertificate(subject: string): {
  certificatePem: string;
  privateKey: string;
  thumbprintSha256: string;
} {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const name = sequence(setOf(sequence(objectId('2.5.4.3'), utf8(subject))));
  const now = Date.now();
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.from([1])),
    sha256WithRsa,
    name,
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + dayMs))),
    name,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
  );
  const der = sequence(body, sha256WithRsa, bits(sign('sha256', body, keys.privateKey)));
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`,
    privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha256: createHash('sha256').update(der).digest('hex'),
  };
}

/** Self-signed certificates as an administrator would register them for an application. */
import { generateKeyPairSync, sign } from 'node:crypto';
import {
  bits,
  element,
  integer,
  objectId,
  sequence,
  setOf,
  utcTime,
  utf8,
} from '../../src-simulator/http/der.ts';

export interface CertificateOptions {
  /** From now; negative for one that has expired. */
  readonly validDays?: number;
  readonly isElliptic?: boolean;
}

/** A certificate and its private key, both PEM. */
export interface ApplicationCertificate {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const dayMs = 86_400_000;
const sha256WithRsa = sequence(objectId('1.2.840.113549.1.1.11'), element(0x05, Buffer.alloc(0)));
const sha256WithEcdsa = sequence(objectId('1.2.840.10045.4.3.2'));
const commonName = sequence(setOf(sequence(objectId('2.5.4.3'), utf8('Holdfast'))));

export function createCertificate(options: CertificateOptions = {}): ApplicationCertificate {
  const { validDays = 365, isElliptic = false } = options;
  const { publicKey, privateKey } = isElliptic
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const algorithm = isElliptic ? sha256WithEcdsa : sha256WithRsa;
  const nowMs = Date.now();
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.from([7])),
    algorithm,
    commonName,
    sequence(utcTime(new Date(nowMs - 2 * dayMs)), utcTime(new Date(nowMs + validDays * dayMs))),
    commonName,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  const base64 = der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return {
    certificatePem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

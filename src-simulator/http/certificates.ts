/**
 * The certificate authority a simulator makes for itself at start, and the leaf its https server shows
 * (EC P-256, subject alternative names localhost and 127.0.0.1). Nothing is written to disk and nothing outlives it.
 */
import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, element, integer, objectId, octets, sequence, setOf, truth, utcTime, utf8 } from './der.ts';

export interface ServerCertificate {
  /** PEM of the authority: what a client has to trust. */
  caPem: string;
  /** PEM of the leaf followed by the authority. */
  chainPem: string;
  /** PKCS#8 PEM of the leaf's key. */
  keyPem: string;
}

const dayMs = 86_400_000;
const signatureAlgorithm = sequence(objectId('1.2.840.10045.4.3.2'));
const nameOf = (common: string) => sequence(setOf(sequence(objectId('2.5.4.3'), utf8(common))));
const pem = (der: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${der
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trimEnd()}\n-----END CERTIFICATE-----\n`;

const extension = (id: string, value: Buffer, isCritical = false) =>
  isCritical ? sequence(objectId(id), truth(), octets(value)) : sequence(objectId(id), octets(value));

interface CertificatePlan {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  issuerKey: KeyObject;
  extensions: readonly Buffer[];
}

function certificate(plan: CertificatePlan): Buffer {
  const now = Date.now();
  const serial = randomBytes(12);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    element(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    signatureAlgorithm,
    nameOf(plan.issuer),
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + 365 * dayMs))),
    nameOf(plan.subject),
    plan.publicKey.export({ type: 'spki', format: 'der' }),
    element(0xa3, sequence(...plan.extensions)),
  );
  return sequence(body, signatureAlgorithm, bits(sign('sha256', body, plan.issuerKey)));
}

/** Makes a fresh authority and a leaf for localhost, valid from yesterday for a year. */
export function createServerCertificate(): ServerCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authorityName = `Simulator authority ${randomBytes(4).toString('hex')}`;
  const caDer = certificate({
    subject: authorityName,
    issuer: authorityName,
    publicKey: authority.publicKey,
    issuerKey: authority.privateKey,
    extensions: [
      extension('2.5.29.19', sequence(truth()), true),
      extension('2.5.29.15', bits(Buffer.from([0x06]), 1), true),
    ],
  });
  const leafDer = certificate({
    subject: 'localhost',
    issuer: authorityName,
    publicKey: leaf.publicKey,
    issuerKey: authority.privateKey,
    extensions: [
      extension('2.5.29.19', sequence(), true),
      extension('2.5.29.15', bits(Buffer.from([0x80]), 7), true),
      extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
      extension(
        '2.5.29.17',
        sequence(element(0x82, Buffer.from('localhost')), element(0x87, Buffer.from([127, 0, 0, 1]))),
      ),
    ],
  });
  const caPem = pem(caDer);
  return {
    caPem,
    chainPem: pem(leafDer) + caPem,
    keyPem: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

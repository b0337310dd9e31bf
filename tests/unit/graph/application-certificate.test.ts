import { constants, createPrivateKey, sign, verify, X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeCertificate } from '../../../src-worker/graph/application-certificate.ts';
import { bits, element, integer, objectId, sequence, time } from '../../../src-worker/graph/der.ts';

const dayMs = 86_400_000;
const nowMs = Date.parse('2026-11-21T10:20:30.456Z');
const hex = (bytes: Buffer) => bytes.toString('hex');

describe('DER', () => {
  test.each([
    ['an empty sequence', sequence(), '3000'],
    ['zero', integer(Buffer.from([0, 0])), '020100'],
    ['a number whose first bit is set', integer(Buffer.from([0x80])), '02020080'],
    ['a number with needless zeros', integer(Buffer.from([0, 0, 0x7f])), '02017f'],
    ['an object identifier', objectId('1.2.840.113549.1.1.11'), '06092a864886f70d01010b'],
    ['an object identifier with a large part', objectId('2.5.4.2147483648'), '060755048880808000'],
    ['a time in this century', time(nowMs), `170d${hex(Buffer.from('261121102030Z'))}`],
    ['a time from 2050 on', time(Date.UTC(2050, 0, 1)), `180f${hex(Buffer.from('20500101000000Z'))}`],
    ['bits with unused ones', bits(Buffer.from([0x80]), 7), '03020780'],
  ])('%s', (_case, encoded, expected) => {
    expect(hex(encoded)).toBe(expected);
  });

  test.each([
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ])('a length of %i', (size, head) => {
    expect(hex(element(0x04, Buffer.alloc(size))).slice(0, head.length)).toBe(head);
  });
});

describe('a certificate of an application', () => {
  test('is what node:crypto reads of it', async () => {
    const made = await makeCertificate({ commonName: 'Holdfast für Ørsted', nowMs, lifetimeMs: 730 * dayMs });
    const { certificatePem, privateKeyPem } = made.credential;
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.raw.equals(made.der)).toBe(true);
    expect(certificate.subject).toBe('CN=Holdfast für Ørsted');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.ca).toBe(false);
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(privateKeyPem))).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2_048);
    expect(certificate.validToDate.getTime()).toBe(made.expiresAtMs);
    expect(certificate.validFromDate.getTime()).toBeLessThan(nowMs);
    expect(made.expiresAtMs).toBe(Math.floor((nowMs + 730 * dayMs) / 1_000) * 1_000);
  });

  test('signs as the sign-in service wants it', async () => {
    const { credential } = await makeCertificate({ commonName: 'Holdfast', nowMs, lifetimeMs: dayMs });
    const text = Buffer.from('an assertion');
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signature = sign('sha256', text, { key: credential.privateKeyPem, padding });
    const { publicKey } = new X509Certificate(credential.certificatePem);
    expect(verify('sha256', text, { key: publicKey, padding }, signature)).toBe(true);
  });

  test('lives beyond 2049', async () => {
    const { credential } = await makeCertificate({
      commonName: 'Holdfast',
      nowMs: Date.UTC(2049, 6, 1),
      lifetimeMs: 730 * dayMs,
    });
    const { validToDate } = new X509Certificate(credential.certificatePem);
    expect(validToDate.getUTCFullYear()).toBe(2051);
  });

  test('is never the same twice', async () => {
    const wish = { commonName: 'Holdfast', nowMs, lifetimeMs: dayMs };
    const [one, other] = await Promise.all([makeCertificate(wish), makeCertificate(wish)]);
    const serials = [one, other].map(
      ({ credential }) => new X509Certificate(credential.certificatePem).serialNumber,
    );
    expect(new Set(serials).size).toBe(2);
    expect(one.credential.privateKeyPem).not.toBe(other.credential.privateKeyPem);
  });
});

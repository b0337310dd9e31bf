import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AppError } from '../../../src-shared/errors/app-error.ts';
import type { GraphClient } from '../../../src-worker/graph/graph-client.ts';
import { createCertificate } from '../../support/application-certificate.ts';
import {
  closeAll,
  connectionTo,
  control,
  mailboxesOf,
  messagesOf,
  open,
  simulate,
} from './simulated-organization.ts';

afterEach(closeAll);

const anyone = { schema: z.object({ value: z.array(z.object({ id: z.string() })) }), query: { $top: 1 } };

/** The error of a first read, as everything that could be logged of it. */
async function refusalOf(graph: GraphClient): Promise<{ error: AppError; text: string }> {
  const error = await graph.getJson('/users', anyone).then(
    () => undefined,
    (reason: unknown) => reason as AppError,
  );
  if (error === undefined) throw new Error('the read was not refused');
  return { error, text: JSON.stringify([error.message, error.details, error.stack, String(error.cause)]) };
}

describe('signing in', () => {
  test('a secret lets the application read', async () => {
    const graph = open(connectionTo(await simulate()));
    expect((await graph.getJson('/users', anyone)).value).toHaveLength(1);
  });

  test('a registered certificate lets the application read', async () => {
    const certificate = createCertificate();
    const simulator = await simulate({ certificates: [certificate.certificatePem] });
    const graph = open(connectionTo(simulator, { credential: { kind: 'certificate', ...certificate } }));
    expect((await graph.getJson('/users', anyone)).value).toHaveLength(1);
  });

  test('many calls at once sign in once', async () => {
    const simulator = await simulate();
    const graph = open(connectionTo(simulator));
    const headers = await Promise.all(Array.from({ length: 20 }, () => graph.authorization()));
    expect(new Set(headers).size).toBe(1);
    expect(headers[0]).not.toBe(await open(connectionTo(simulator)).authorization());
  });
});

test('a call that waits for a token takes nobody’s turn', async () => {
  const graph = open(connectionTo(await simulate()));
  const signingIn = graph.authorization();
  const read = graph.getJson('/users', anyone);
  let isSignedIn = false;
  void signingIn.then(() => (isSignedIn = true));
  while (!isSignedIn) {
    expect(graph.stats().inFlight).toBe(0);
    await pause(1);
  }
  expect((await read).value).toHaveLength(1);
});

describe('a refused sign-in', () => {
  const otherId = '11111111-2222-4333-8444-555555555555';

  test.each([
    ['an unknown tenant', { tenantId: otherId }, 'sign-in-tenant-unknown'],
    ['an unknown application', { clientId: otherId }, 'sign-in-application-unknown'],
    ['a wrong secret', { credential: { kind: 'secret', secret: 'hunter2-wrong' } }, 'sign-in-secret-wrong'],
  ] as const)('%s is named, without repeating the secret', async (_case, change, code) => {
    const simulator = await simulate();
    const { error, text } = await refusalOf(open(connectionTo(simulator, change)));
    expect(error).toMatchObject({ code, retryable: false });
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain(simulator.clientSecret);
  });

  test('a refusal is remembered, so that waiting calls do not repeat it', async () => {
    const simulator = await simulate();
    const graph = open(connectionTo(simulator, { credential: { kind: 'secret', secret: 'wrong' } }));
    await refusalOf(graph);
    const { bytesReceived } = graph.stats();
    expect((await refusalOf(graph)).error.code).toBe('sign-in-secret-wrong');
    expect(graph.stats().bytesReceived).toBe(bytesReceived);
  });

  test('an expired secret is named', async () => {
    const simulator = await simulate();
    await control(simulator, '/control/secrets', { expire: 'all' });
    expect((await refusalOf(open(connectionTo(simulator)))).error.code).toBe('sign-in-secret-expired');
  });

  test('a certificate that is not registered is named', async () => {
    const simulator = await simulate();
    const credential = { kind: 'certificate' as const, ...createCertificate() };
    const { error, text } = await refusalOf(open(connectionTo(simulator, { credential })));
    expect(error).toMatchObject({ code: 'sign-in-certificate-rejected', details: { aadsts: 700027 } });
    expect(text).not.toContain('PRIVATE KEY');
  });

  test.each([
    ['key-of-another-certificate', () => ({ privateKeyPem: createCertificate().privateKeyPem })],
    ['unreadable', () => ({ privateKeyPem: '-----BEGIN PRIVATE KEY-----' })],
    ['expired', () => createCertificate({ validDays: -1 })],
    ['key-not-rsa', () => createCertificate({ isElliptic: true })],
  ])('a certificate that cannot work is found before anything is sent: %s', async (reason, makeChange) => {
    const simulator = await simulate();
    const good = createCertificate();
    const credential = { kind: 'certificate' as const, ...good, ...makeChange() };
    const { error } = await refusalOf(open(connectionTo(simulator, { credential })));
    expect(error).toMatchObject({ code: 'sign-in-certificate-rejected', details: { reason } });
  });
});

describe('the way to the organization', () => {
  test('a certificate authority that is not trusted ends the connection', async () => {
    const simulator = await simulate();
    const { graphRoot, loginAuthority } = simulator;
    const graph = open(connectionTo(simulator, { region: { kind: 'Custom', graphRoot, loginAuthority } }));
    expect((await refusalOf(graph)).error).toMatchObject({ code: 'tls-failed', retryable: false });
  });

  test('an organization that cannot be reached is told as such after some tries', async () => {
    const simulator = await simulate();
    const connection = connectionTo(simulator);
    await simulator.close();
    const { error } = await refusalOf(open(connection));
    expect(error).toMatchObject({
      code: 'network-unreachable',
      retryable: true,
      details: { errno: 'ECONNREFUSED' },
    });
  });
});

describe('a sign-in service that does not answer', () => {
  test('does not hold back a call that is stopped', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const loginAuthority = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { graphRoot, ...rest } = await simulate();
    const region = { kind: 'Custom' as const, graphRoot, loginAuthority };
    const graph = open(connectionTo({ graphRoot, ...rest }, { region }));
    const read = graph.getJson('/users', { ...anyone, signal: AbortSignal.timeout(100) });
    await expect(read).rejects.toMatchObject({ code: 'cancelled' });
    silent.close();
  });
});

describe('tokens that end', () => {
  test('a short-lived token is replaced in mid-run without a refused call', async () => {
    const simulator = await simulate({ tokenLifetimeSeconds: 3 });
    const graph = open(connectionTo(simulator));
    const first = await graph.authorization();
    const [mailbox = ''] = await mailboxesOf(graph);
    const [id = ''] = await messagesOf(graph, mailbox, 1);
    for (let call = 0; call < 90; call++) {
      await pause(50);
      await graph.getBytes(`/users/${mailbox}/messages/${encodeURIComponent(id)}/$value`, {
        mailbox,
        maxBytes: 1e7,
      });
    }
    expect(await graph.authorization()).not.toBe(first);
    expect(graph.stats().retried).toBe(0);
  });

  test('a token that the service ends early is replaced, and every call still succeeds', async () => {
    const simulator = await simulate();
    const graph = open(connectionTo(simulator));
    const [mailbox = ''] = await mailboxesOf(graph);
    const ids = await messagesOf(graph, mailbox, 40);
    await control(simulator, '/control/faults', { tokenExpiry: 0.1 });
    const bodies = await Promise.all(
      ids.map((id) =>
        graph.getBytes(`/users/${mailbox}/messages/${encodeURIComponent(id)}/$value`, {
          mailbox,
          maxBytes: 1e7,
        }),
      ),
    );
    expect(bodies.every((body) => body.byteLength > 500)).toBe(true);
    expect(graph.stats().retried).toBeGreaterThan(0);
  });
});

describe('missing permissions', () => {
  test('directory data without its role is a missing permission', async () => {
    const graph = open(connectionTo(await simulate({ roles: ['Mail.Read'] })));
    expect((await refusalOf(graph)).error.code).toBe('permission-missing');
  });

  test('mail without its role is denied', async () => {
    const simulator = await simulate();
    const [mailbox = ''] = await mailboxesOf(open(connectionTo(simulator)));
    await control(simulator, '/control/roles', { roles: ['User.Read.All'] });
    const options = { mailbox, schema: z.unknown() };
    const read = open(connectionTo(simulator)).getJson(`/users/${mailbox}/mailFolders`, options);
    await expect(read).rejects.toMatchObject({ code: 'access-denied' });
  });
});

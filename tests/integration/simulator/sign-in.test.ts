import { X509Certificate } from 'node:crypto';
import {
  ConfidentialClientApplication,
  CryptoProvider,
  PublicClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
} from '@azure/msal-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCertificate, type ApplicationCertificate } from '../../support/application-certificate.ts';
import { startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let user: string;
let network: INetworkModule;
const azureCli = '04b07795-8ddb-461a-bbee-02f9e1bf7b46';

beforeAll(async () => {
  session = await startSession({ profile: 'uniform', users: 3, messagesPerUser: 3 });
  user =
    (await session.get('/users?$top=1')).json<{ value: { userPrincipalName: string }[] }>().value[0]
      ?.userPrincipalName ?? '';
  const call = async <T>(
    method: 'GET' | 'POST',
    url: string,
    options?: NetworkRequestOptions,
  ): Promise<NetworkResponse<T>> => {
    const reply = await session.send(url, {
      method,
      ...(options?.headers ? { headers: options.headers } : {}),
      ...(options?.body === undefined ? {} : { body: options.body }),
    });
    return { status: reply.status, headers: {}, body: reply.json<T>() };
  };
  network = {
    sendGetRequestAsync: (url, options) => call('GET', url, options),
    sendPostRequestAsync: (url, options) => call('POST', url, options),
  };
});
afterAll(() => session.close());

const system = () => ({ networkClient: network });

function auth(clientId = session.simulator.clientId, tenant = session.simulator.tenantId) {
  const { loginAuthority } = session.simulator;
  return {
    clientId,
    authority: `${loginAuthority}/${tenant}`,
    knownAuthorities: [new URL(loginAuthority).host],
  };
}

const scopes = () => [`${session.simulator.graphRoot}/.default`];

function claimsOf(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;
}

async function organizationStatus(token: string | undefined): Promise<number> {
  return (
    await session.send(`${session.simulator.graphRoot}/v1.0/organization`, {
      headers: { authorization: `Bearer ${token ?? ''}` },
    })
  ).status;
}

test('MSAL signs in with a client secret and the token opens Graph', async () => {
  const client = new ConfidentialClientApplication({
    auth: { ...auth(), clientSecret: session.simulator.clientSecret },
    system: system(),
  });
  const result = await client.acquireTokenByClientCredential({ scopes: scopes() });
  expect(claimsOf(result?.accessToken)['roles']).toContain('Mail.Read');
  expect(await organizationStatus(result?.accessToken)).toBe(200);
});

test('MSAL signs in with a registered certificate and not with another', async () => {
  const good = createCertificate();
  const stranger = createCertificate();
  await session.control('secrets', { certificate: good.certificatePem });
  const signIn = ({ certificatePem, privateKeyPem: privateKey }: ApplicationCertificate) => {
    const thumbprintSha256 = new X509Certificate(certificatePem).fingerprint256.replaceAll(':', '');
    return new ConfidentialClientApplication({
      auth: { ...auth(), clientCertificate: { thumbprintSha256, privateKey } },
      system: system(),
    }).acquireTokenByClientCredential({ scopes: scopes() });
  };
  expect(await organizationStatus((await signIn(good))?.accessToken)).toBe(200);
  await expect(signIn(stranger)).rejects.toThrow(/AADSTS700027/);
});

test('MSAL signs a person in with a device code once it is approved', async () => {
  const client = new PublicClientApplication({ auth: auth(azureCli), system: system() });
  let polls = 0;
  const result = await client.acquireTokenByDeviceCode({
    scopes: scopes(),
    deviceCodeCallback: ({ userCode }) => {
      setTimeout(() => void session.control('device-code/approve', { userCode, user }), 1_200);
      polls += 1;
    },
  });
  expect(polls).toBe(1);
  expect(result?.account?.username).toBe(user);
});

test('the device code grant also understands the long spelling, says pending, and expires', async () => {
  const { loginAuthority, tenantId } = session.simulator;
  await session.control('device-code/lifetime', { lifetimeSeconds: 0.3 });
  const start = await session.send(`${loginAuthority}/${tenantId}/oauth2/v2.0/devicecode`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: azureCli, scope: 'openid' }).toString(),
  });
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    client_id: azureCli,
    device_code: start.json<{ device_code: string }>().device_code,
  };
  expect((await session.tokenReply(form)).json<{ error: string }>().error).toBe('authorization_pending');
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect((await session.tokenReply(form)).json<{ error: string }>().error).toBe('expired_token');
});

test('MSAL redeems an authorization code with PKCE, and only with the right verifier', async () => {
  const client = new PublicClientApplication({ auth: auth(azureCli), system: system() });
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const redirectUri = 'http://localhost:51234';
  const codeFor = async () => {
    const url = await client.getAuthCodeUrl({
      scopes: scopes(),
      redirectUri,
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      loginHint: user,
    });
    const reply = await session.send(url);
    expect(reply.status).toBe(302);
    return new URL(String(reply.headers['location'])).searchParams.get('code') ?? '';
  };
  const result = await client.acquireTokenByCode({
    scopes: scopes(),
    redirectUri,
    code: await codeFor(),
    codeVerifier: verifier,
  });
  expect(result.account?.username).toBe(user);
  await expect(
    client.acquireTokenByCode({
      scopes: scopes(),
      redirectUri,
      code: await codeFor(),
      codeVerifier: `${verifier}x`,
    }),
  ).rejects.toThrow(/AADSTS501481/);
});

const nobody = '11111111-2222-4333-8444-555555555555';

test.each([
  { mistake: 'an unknown tenant', form: {}, tenant: nobody, code: 'AADSTS90002' },
  { mistake: 'an unknown application', form: { client_id: nobody }, code: 'AADSTS700016' },
  { mistake: 'a wrong secret', form: { client_secret: 'wrong' }, code: 'AADSTS7000215' },
  { mistake: 'a foreign scope', form: { scope: 'Mail.Read' }, code: 'AADSTS1002012' },
])('$mistake gets $code', async ({ form, tenant, code }) => {
  const reply = await session.tokenReply(form, tenant);
  expect(reply.status).toBeGreaterThanOrEqual(400);
  expect(reply.json<{ error_description: string }>().error_description).toContain(`${code}:`);
});

test('an expired secret is told apart from a wrong one, and a new one works at once', async () => {
  await session.control('secrets', { expire: session.simulator.clientSecret });
  expect((await session.tokenReply()).json<{ error_description: string }>().error_description).toContain(
    'AADSTS7000222:',
  );
  await session.control('secrets', { add: 'a-new-secret' });
  expect((await session.tokenReply({ client_secret: 'a-new-secret' })).status).toBe(200);
});

test('a token ends while the client runs', async () => {
  const other = await startSession({ profile: 'uniform', users: 1, tokenLifetimeSeconds: 0.4 });
  try {
    expect((await other.get('/organization')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 450));
    const reply = await other.get('/organization');
    expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([401, 'InvalidAuthenticationToken']);
  } finally {
    await other.close();
  }
});

test('a token without the role is refused with the code of its service', async () => {
  const other = await startSession({ profile: 'uniform', users: 1, roles: ['Organization.Read.All'] });
  try {
    const id = (await session.users())[0] ?? '';
    const directory = await other.get('/users');
    expect([directory.status, directory.json<ErrorBody>().error.code]).toEqual([
      403,
      'Authorization_RequestDenied',
    ]);
    const mail = await other.get(`/users/${id}/messages`);
    expect([mail.status, mail.json<ErrorBody>().error.code]).toEqual([403, 'ErrorAccessDenied']);
    await other.control('roles', { roles: ['User.Read.All'] });
    await other.signIn();
    expect((await other.get('/users')).status).toBe(200);
  } finally {
    await other.close();
  }
});

test.each([
  ['no token', ''],
  ['a token of somebody else', 'Bearer eyJhbGciOiJFUzI1NiJ9.eyJleHAiOjk5OTk5OTk5OTl9.AAAA'],
])('%s is a 401', async (_name, authorization) => {
  expect((await session.get('/organization', { authorization })).status).toBe(401);
});

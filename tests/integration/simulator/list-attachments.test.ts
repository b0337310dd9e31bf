import { createHash, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rsaCertificate } from './rsa-certificate.ts';
import { startSession, type Reply, type Session } from './session.ts';

const sharePoint = '00000003-0000-0ff1-ce00-000000000000/.default';
const key = rsaCertificate('holdfast');

let session: Session;
let url: string;
let item: ItemLine;

interface ItemLine {
  kind: string;
  id: string;
  listId: string;
  attachments: { name: string; sizeBytes: number; sha256: string }[];
}

beforeAll(async () => {
  session = await startSession({
    messagesPerUser: 0,
    certificates: [key.certificatePem],
    sharePointRoles: ['Sites.FullControl.All'],
  });
  const { value } = (await session.get('/sites/getAllSites')).json<{
    value: { id: string; webUrl: string }[];
  }>();
  const [, site] = value;
  const lines = await session.areaTruth<ItemLine>('site', site?.id ?? '');
  const found = lines.find((line) => line.kind === 'listItem' && line.attachments.length > 0);
  if (!found) throw new Error('no item has attachments');
  item = found;
  url = `${site?.webUrl ?? ''}/_api/web/lists(guid'${item.listId}')/items(${item.id})/AttachmentFiles`;
});
afterAll(() => session.close());

/** The proof of holding the certificate's key. */
function assertion(): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const thumbprint = Buffer.from(key.thumbprintSha256, 'hex').toString('base64url');
  const { clientId } = session.simulator;
  const claims = { iss: clientId, sub: clientId, exp: Math.floor(Date.now() / 1_000) + 60 };
  const text = `${encode({ alg: 'RS256', 'x5t#S256': thumbprint })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key.privateKey).toString('base64url')}`;
}

async function certificateToken(scope: string): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: session.simulator.clientId,
    client_assertion: assertion(),
    scope,
  });
  const reply = await session.send(
    `${session.simulator.loginAuthority}/${session.simulator.tenantId}/oauth2/v2.0/token`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    },
  );
  return reply.json<{ access_token: string }>().access_token;
}

const get = (path: string, token: string): Promise<Reply> =>
  session.send(path, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } });

test('attachments are listed and downloaded with a token got with a certificate', async () => {
  const token = await certificateToken(sharePoint);
  const reply = await get(url, token);
  expect(reply.status).toBe(200);
  const names = reply.json<{ value: { FileName: string }[] }>().value.map((file) => file.FileName);
  expect(names).toEqual(item.attachments.map(({ name }) => name));
  for (const { name, sizeBytes, sha256 } of item.attachments) {
    const quoted = encodeURIComponent(name.replaceAll("'", "''"));
    const { bytes } = await get(`${url}('${quoted}')/$value`, token);
    expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([sizeBytes, sha256]);
  }
});

test('a token got with a secret, or for Graph, is refused', async () => {
  const secret = (await session.tokenReply({ scope: sharePoint })).json<{ access_token: string }>();
  expect((await get(url, secret.access_token)).status).toBe(401);
  expect((await get(url, session.token)).status).toBe(401);
  expect((await get(url, await certificateToken(`${session.simulator.graphRoot}/.default`))).status).toBe(
    401,
  );
  const strange = await get(
    `${session.simulator.graphRoot}/v1.0/sites/root`,
    await certificateToken(sharePoint),
  );
  expect(strange.status).toBe(401);
});

test('the permission is one of SharePoint itself', async () => {
  await session.control('roles', { sharePointRoles: [] });
  expect((await get(url, await certificateToken(sharePoint))).status).toBe(403);
  await session.control('roles', { sharePointRoles: ['Sites.FullControl.All'] });
  expect((await get(url, await certificateToken(sharePoint))).status).toBe(200);
});

test('what is not there is 404', async () => {
  const token = await certificateToken(sharePoint);
  expect((await get(url.replace(/items\(\d+\)/, 'items(99999)'), token)).status).toBe(404);
  expect((await get(`${url}('nothing.txt')/$value`, token)).status).toBe(404);
});

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { checkAcceptedTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import {
  immutable,
  startSession,
  type DeltaPage,
  type ErrorBody,
  type Reply,
  type Session,
} from './session.ts';

type Entity = DeltaPage['value'][number];

let dir: string;
let trafficFile: string;
let session: Session;
let user: string;
const at = (rest: string) => `/users/${user}${rest}`;
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');
const mark = 'String {8a1e3b52-6a5f-4a57-9d0c-2b8f1f6f0c11} Name HoldfastRestored';

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'mail-writes-'));
  trafficFile = join(dir, 'traffic.ndjson');
  session = await startSession({
    users: 3,
    messagesPerUser: 30,
    unreadableShare: 0,
    roles: [...defaultRoles, ...restoreRoles],
    trafficFile,
  });
  user = (await session.users())[0] ?? '';
});
afterAll(async () => {
  await session.close();
  rmSync(dir, { recursive: true });
});

const person = (name: string, address: string) => ({ emailAddress: { name, address } });
const received = {
  subject: 'Prüfbericht "Q3"',
  body: { contentType: 'html', content: '<p>Grüße</p><img src="cid:logo@x">' },
  from: person('Lieferant, Becker', 'becker@walzwerk-sued.example'),
  sender: person('Lieferant, Becker', 'becker@walzwerk-sued.example'),
  toRecipients: [person('Anna', 'anna@contoso.example')],
  ccRecipients: [person('鈴木 一郎', 'suzuki@seimitsu.example')],
  internetMessageId: '<restored.1@walzwerk-sued.example>',
  categories: ['Blue category', 'Red category'],
  flag: { flagStatus: 'flagged' },
  importance: 'high',
  isRead: true,
  isDraft: true,
  receivedDateTime: '2001-01-01T00:00:00Z',
};
const properties = (more: Record<string, string> = {}) =>
  Object.entries({
    'Integer 0x0E07': '1',
    'SystemTime 0x0039': '2024-05-06T07:08:09Z',
    'SystemTime 0x0E06': '2024-05-06T07:08:13Z',
    ...more,
  }).map(([id, value]) => ({ id, value }));

async function create(body: object, folder = 'inbox'): Promise<Entity> {
  const reply = await session.write('POST', at(`/mailFolders/${folder}/messages`), { body: body });
  expect([reply.status, reply.status === 201 ? '' : reply.bytes.toString()]).toEqual([201, '']);
  return reply.json<Entity>();
}
const one = async (id: string, options = '') =>
  (await session.get(at(`/messages/${id}${options}`), immutable)).json<Entity>();
const mimeOf = async (id: string) => (await session.get(at(`/messages/${id}/$value`))).bytes.toString();
const codeOf = (reply: Reply) => [reply.status, reply.json<ErrorBody>().error.code];

test('a message that is posted without extended properties is a draft of now', async () => {
  const before = Date.now();
  const made = await create(received);
  expect(made).toMatchObject({ isDraft: true, isRead: true, subject: received.subject });
  expect(Date.parse(String(made['receivedDateTime']))).toBeGreaterThan(before - 2_000);
  expect(
    (await session.write('POST', at('/messages'), { body: { subject: 'x' } })).json()['parentFolderId'],
  ).toBe((await session.get(at('/mailFolders/drafts'))).json()['id']);
});

test('with them it was received and sent when they say, and everything given is told back', async () => {
  const made = await create({ ...received, singleValueExtendedProperties: properties({ [mark]: 'one' }) });
  const told = await one(made.id);
  expect(told).toMatchObject({
    isDraft: false,
    isRead: true,
    receivedDateTime: '2024-05-06T07:08:13Z',
    sentDateTime: '2024-05-06T07:08:09Z',
    subject: received.subject,
    body: received.body,
    from: received.from,
    ccRecipients: received.ccRecipients,
    internetMessageId: received.internetMessageId,
    categories: received.categories,
    flag: received.flag,
    importance: 'high',
  });
  const unread = await create({
    subject: 'unread',
    singleValueExtendedProperties: properties({ 'Integer 0x0E07': '4' }),
  });
  expect(unread).toMatchObject({ isDraft: false, isRead: false });
});

test('extended properties are told by $expand and found by $filter, as messages are by their internet id', async () => {
  const made = await create({
    subject: 'marked',
    internetMessageId: "<it's.marked@x.example>",
    singleValueExtendedProperties: properties({ [mark]: 'Run-7/42', 'String 0x001A': 'IPM.Note.Special' }),
  });
  const filter = (text: string) => encodeURIComponent(text);
  const expand = `singleValueExtendedProperties($filter=id eq '${mark}' or id eq 'String 0x001A' or id eq 'Integer 0xE07')`;
  const told = await one(made.id, `?$expand=${filter(expand)}`);
  expect(told['singleValueExtendedProperties']).toEqual([
    { id: mark, value: 'Run-7/42' },
    { id: 'String 0x1a', value: 'IPM.Note.Special' },
    { id: 'Integer 0xe07', value: '1' },
  ]);
  const any = `singleValueExtendedProperties/Any(ep: ep/id eq '${mark}' and ep/value eq 'Run-7/42')`;
  const found = await session.list(
    at(`/mailFolders/inbox/messages?$filter=${filter(any)}&$expand=${filter(expand)}`),
  );
  expect(found.map(({ id }) => id)).toEqual([made.id]);
  expect(found[0]?.['singleValueExtendedProperties']).toHaveLength(3);
  expect(await session.list(at(`/mailFolders/archive/messages?$filter=${filter(any)}`))).toEqual([]);
  const byId = (id: string) =>
    at(`/messages?$filter=${filter(`internetMessageId eq '${id.replace("'", "''")}'`)}`);
  expect((await session.list(byId("<it's.marked@x.example>"))).map(({ id }) => id)).toEqual([made.id]);
  const [planned] = (await session.get(at('/mailFolders/inbox/messages?$top=1'), immutable)).json<DeltaPage>()
    .value;
  const same = await session.list(byId(String(planned?.['internetMessageId'])));
  expect(same.map(({ id }) => id)).toEqual([planned?.id]);
});

test('MIME is rendered anew: the stored transport headers, the body, and attachments as they were given', async () => {
  const headers =
    'Received: from mx1 (10.0.0.1)\r\n by mbx; Mon, 6 May 2024 07:08:12 +0000\r\nFrom: "Lieferant, Becker" <becker@walzwerk-sued.example>\r\nSubject: as sent\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n\tboundary="old"\r\n\r\n';
  const picture = Buffer.from('89504e470d0a1a0a', 'hex');
  const inner = {
    '@odata.type': '#microsoft.graph.message',
    subject: 'inside',
    body: { contentType: 'text', content: 'deep' },
  };
  const made = await create({
    ...received,
    singleValueExtendedProperties: properties({ 'String 0x007D': headers }),
    attachments: [
      {
        '@odata.type': '#microsoft.graph.fileAttachment',
        name: 'logo.png',
        contentType: 'image/png',
        contentBytes: picture.toString('base64'),
        contentId: 'logo@x',
        isInline: true,
      },
      {
        '@odata.type': '#microsoft.graph.fileAttachment',
        name: 'Zeichnung ä.pdf',
        contentType: 'application/pdf',
        contentBytes: Buffer.from('pdf').toString('base64'),
        lastModifiedDateTime: '2023-02-03T04:05:06Z',
      },
      { '@odata.type': '#microsoft.graph.itemAttachment', name: 'inside', item: inner },
    ],
  });
  const mime = await mimeOf(made.id);
  expect(mime).toMatch(/^Received: from mx1 \(10\.0\.0\.1\)\r\n by mbx; [^\r]*\r\nFrom: /);
  expect(mime.match(/^content-type: multipart\/mixed/gim)).toHaveLength(1);
  expect(mime).not.toContain('boundary="old"');
  expect(mime).toContain(Buffer.from(received.body.content).toString('base64'));
  expect(mime).toContain('Content-ID: <logo@x>');
  expect(mime).toContain('Content-Type: message/rfc822');
  const list = await session.list(at(`/messages/${made.id}/attachments`));
  expect(list.map(({ name, isInline, contentId }) => [name, isInline, contentId])).toEqual([
    ['logo.png', true, 'logo@x'],
    ['Zeichnung ä.pdf', false, null],
    ['inside', false, undefined],
  ]);
  expect(list[1]?.['lastModifiedDateTime']).toBe('2023-02-03T04:05:06Z');
  const bytes = await session.get(at(`/messages/${made.id}/attachments/${list[0]?.id ?? ''}/$value`));
  expect(bytes.bytes.equals(picture)).toBe(true);
  const item = await session.get(
    at(`/messages/${made.id}/attachments/${list[2]?.id ?? ''}?$expand=microsoft.graph.itemattachment/item`),
  );
  expect(item.json()['item']).toMatchObject({ subject: 'inside', body: { content: 'deep' } });
  const told = await one(made.id, '?$select=internetMessageHeaders,hasAttachments');
  expect(told['hasAttachments']).toBe(true);
  expect((told['internetMessageHeaders'] as { name: string }[]).map(({ name }) => name)).toContain(
    'Received',
  );
  const [line] = (await session.truth<Entity & { sha256: string }>(user, '&detail=true')).filter(
    ({ id }) => id === made.id,
  );
  expect(line).toMatchObject({
    sha256: sha256(mime),
    isDraft: false,
    isRead: true,
    bodySha256: sha256(received.body.content),
    subject: received.subject,
    receivedDateTime: '2024-05-06T07:08:13Z',
    categories: received.categories,
    flag: received.flag,
  });
  expect((line?.['attachments'] as { sha256: string }[])[0]?.sha256).toBe(sha256(picture));
});

test('posted MIME becomes a draft of now whose parts are read from it', async () => {
  const mime = [
    'From: =?utf-8?B?SsO8cmdlbg==?= <j@x.example>',
    'To: "Doe, Jane" <jane@x.example>, bob@x.example',
    'Subject: =?iso-8859-1?Q?Gr=FC=DFe?=',
    'Date: Mon, 6 May 2024 07:08:09 +0000',
    'Message-ID: <mime.1@x.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="b"',
    '',
    '--b',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'Gr=FC=DFe aus dem=',
    ' Norden',
    '--b',
    'Content-Type: application/pdf; name="a.pdf"',
    'Content-Disposition: attachment; filename="a.pdf"',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from('%PDF').toString('base64'),
    '--b--',
    '',
  ].join('\r\n');
  const reply = await session.write('POST', at('/mailFolders/archive/messages'), {
    body: Buffer.from(mime).toString('base64'),
  });
  expect(reply.status).toBe(201);
  const made = reply.json<Entity>();
  expect(made).toMatchObject({
    isDraft: true,
    subject: 'Grüße',
    body: { contentType: 'text', content: 'Grüße aus dem Norden' },
    from: person('Jürgen', 'j@x.example'),
    toRecipients: [person('Doe, Jane', 'jane@x.example'), person('bob@x.example', 'bob@x.example')],
    internetMessageId: '<mime.1@x.example>',
    hasAttachments: true,
  });
  expect(Date.parse(String(made['receivedDateTime']))).toBeGreaterThan(Date.now() - 60_000);
  const [attachment] = await session.list(at(`/messages/${made.id}/attachments`));
  expect(attachment?.['contentBytes']).toBe(Buffer.from('%PDF').toString('base64'));
  expect(codeOf(await session.write('POST', at('/messages'), { body: 'no base64!' }))).toEqual([
    400,
    'ErrorMimeContentInvalidBase64String',
  ]);
});

test('what is sent stays as it is but for its marks, and a draft may be changed', async () => {
  const sent = await create({ ...received, singleValueExtendedProperties: properties() });
  const path = at(`/messages/${sent.id}`);
  const marked = await session.write('PATCH', path, {
    body: {
      isRead: false,
      categories: [],
      flag: { flagStatus: 'complete' },
    },
  });
  expect(marked.json()).toMatchObject({ isRead: false, categories: [], flag: { flagStatus: 'complete' } });
  for (const patch of [
    { subject: 'no' },
    { body: { contentType: 'text', content: 'no' } },
    { singleValueExtendedProperties: properties() },
  ])
    expect(codeOf(await session.write('PATCH', path, { body: patch }))).toEqual([
      400,
      'ErrorInvalidPropertySet',
    ]);
  const draft = await create({ subject: 'draft' });
  expect(
    (await session.write('PATCH', at(`/messages/${draft.id}`), { body: { subject: 'yes' } })).json()[
      'subject'
    ],
  ).toBe('yes');
  const [planned] = (await session.get(at('/mailFolders/inbox/messages?$top=1'), immutable)).json<DeltaPage>()
    .value;
  const before = await mimeOf(planned?.id ?? '');
  await session.write('PATCH', at(`/messages/${planned?.id ?? ''}`), {
    body: { categories: ['Green category'] },
  });
  expect((await one(planned?.id ?? ''))['categories']).toEqual(['Green category']);
  expect(await mimeOf(planned?.id ?? '')).toBe(before);
});

test('writes are told by the delta of the folder, and a move keeps the immutable id', async () => {
  const folders = ['inbox', 'archive'];
  const links = new Map<string, string>();
  for (const folder of folders)
    links.set(folder, (await session.deltaRound(at(`/mailFolders/${folder}/messages/delta`))).deltaLink);
  const told = async (folder: string) => {
    const round = await session.deltaRound(links.get(folder) ?? '');
    links.set(folder, round.deltaLink);
    return round.items.map(({ id, '@removed': removed }) => [id, removed !== undefined]);
  };
  const made = await create({ subject: 'wanderer', singleValueExtendedProperties: properties() });
  expect(await told('inbox')).toEqual([[made.id, false]]);
  const move = await session.write('POST', at(`/messages/${made.id}/move`), {
    body: { destinationId: 'archive' },
  });
  expect([move.status, move.json<Entity>().id]).toEqual([201, made.id]);
  expect([await told('inbox'), await told('archive')]).toEqual([[[made.id, true]], [[made.id, false]]]);
  const copy = (
    await session.write('POST', at(`/messages/${made.id}/copy`), { body: { destinationId: 'inbox' } })
  ).json<Entity>();
  expect(copy.id).not.toBe(made.id);
  expect(await told('inbox')).toEqual([[copy.id, false]]);
  expect((await session.write('DELETE', at(`/messages/${copy.id}`))).status).toBe(204);
  expect(await told('inbox')).toEqual([[copy.id, true]]);
  const deleted = await one(copy.id);
  expect(deleted['parentFolderId']).toBe(
    (await session.get(at('/mailFolders/recoverableitemsdeletions'))).json()['id'],
  );
  expect((await session.write('POST', at(`/messages/${made.id}/permanentDelete`))).status).toBe(204);
  expect(await told('archive')).toEqual([[made.id, true]]);
  const left = await session.truth(user);
  expect(left.some(({ id }) => id === made.id || id === copy.id)).toBe(false);
});

test('a copy of a planned message says what the original says', async () => {
  const [planned] = (
    await session.get(at('/mailFolders/inbox/messages?$top=1&$skip=2'), immutable)
  ).json<DeltaPage>().value;
  const copy = await session.write('POST', at(`/messages/${planned?.id ?? ''}/copy`), {
    body: {
      destinationId: 'archive',
    },
  });
  expect(await mimeOf(copy.json<Entity>().id)).toBe(await mimeOf(planned?.id ?? ''));
});

test('attachments are added and taken away, large ones by a session in ranges', async () => {
  const made = await create({ subject: 'carrier', singleValueExtendedProperties: properties() });
  const path = at(`/messages/${made.id}/attachments`);
  const file = { '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.txt', contentBytes: 'YQ==' };
  const added = await session.write('POST', path, { body: file });
  expect([added.status, added.json()['name']]).toEqual([201, 'a.txt']);
  const large = Buffer.alloc(5_000_000, 'holdfast');
  const item = {
    attachmentType: 'file',
    name: 'large.bin',
    size: large.length,
    contentType: 'application/zip',
  };
  const opened = await session.write('POST', `${path}/createUploadSession`, {
    body: { AttachmentItem: item },
  });
  expect(opened.status).toBe(201);
  const { uploadUrl } = opened.json<{ uploadUrl: string }>();
  const put = (from: number, to: number, headers = {}) =>
    session.send(uploadUrl, {
      method: 'PUT',
      headers: { 'content-range': `bytes ${from}-${to - 1}/${large.length}`, ...headers },
      body: large.subarray(from, to),
    });
  expect((await put(0, 2_000_000, { authorization: `Bearer ${session.token}` })).status).toBe(401);
  expect((await put(2_000_000, 4_000_000)).status).toBe(416);
  const first = await put(0, 2_000_000);
  expect([first.status, first.json()['nextExpectedRanges']]).toEqual([200, ['2000000-4999999']]);
  expect((await put(2_000_000, 4_000_000)).status).toBe(200);
  const last = await put(4_000_000, 5_000_000);
  expect(last.status).toBe(201);
  const [, attachment = ''] = /Attachments\('([^']+)'\)$/.exec(String(last.headers['location'])) ?? [];
  const got = await session.get(`${path}/${attachment}/$value`);
  expect(sha256(got.bytes)).toBe(sha256(large));
  expect((await put(4_000_000, 5_000_000)).status).toBe(404);
  expect((await session.write('DELETE', `${path}/${attachment}`)).status).toBe(204);
  expect((await session.list(path)).map(({ name }) => name)).toEqual(['a.txt']);
  const small = { AttachmentItem: { ...item, size: 10 } };
  expect((await session.write('POST', `${path}/createUploadSession`, { body: small })).status).toBe(400);
});

test('folders are created once beside each other, renamed and deleted, and their delta tells', async () => {
  const { deltaLink } = await session.deltaRound(at('/mailFolders/delta'));
  const made = await session.write('POST', at('/mailFolders'), {
    body: { displayName: 'Wiederhergestellt' },
  });
  expect(made.status).toBe(201);
  const { id } = made.json<Entity>();
  const again = await session.write('POST', at('/mailFolders'), {
    body: { displayName: 'wiederHERGESTELLT' },
  });
  expect(codeOf(again)).toEqual([409, 'ErrorFolderExists']);
  const child = await session.write('POST', at(`/mailFolders/${id}/childFolders`), {
    body: { displayName: 'Kunden' },
  });
  expect(child.json()['parentFolderId']).toBe(id);
  const renamed = await session.write('PATCH', at(`/mailFolders/${id}`), { body: { displayName: 'Zurück' } });
  expect(renamed.json()['displayName']).toBe('Zurück');
  await create({ subject: 'inside' }, id);
  expect((await session.deltaRound(deltaLink)).items.map((one) => one['displayName'])).toEqual([
    'Zurück',
    'Kunden',
  ]);
  expect((await session.write('DELETE', at(`/mailFolders/${id}`))).status).toBe(204);
  expect((await session.get(at(`/mailFolders/${id}`))).status).toBe(404);
  expect((await session.write('DELETE', at('/mailFolders/inbox'))).status).toBe(403);
});

test('what has another shape than a message is refused', async () => {
  const post = (body: unknown) => session.write('POST', at('/messages'), { body: body });
  for (const body of [
    [],
    { colour: 'red' },
    { subject: 7 },
    { singleValueExtendedProperties: [{ id: 'Nonsense 0x1', value: '1' }] },
    { singleValueExtendedProperties: [{ id: 'SystemTime 0x0039', value: 'yesterday' }] },
    { attachments: [{ '@odata.type': '#microsoft.graph.referenceAttachment', name: 'link' }] },
  ])
    expect((await post(body)).status, JSON.stringify(body)).toBe(400);
  const nested = { '@odata.type': '#microsoft.graph.message', attachments: [{ name: 'x' }] };
  const within = { '@odata.type': '#microsoft.graph.itemAttachment', name: 'x', item: nested };
  expect((await post({ attachments: [within] })).status).toBe(400);
  expect((await post({ body: { contentType: 'text', content: 'x'.repeat(4_300_000) } })).status).toBe(413);
  expect(codeOf(await session.write('POST', '/users/nobody@x.example/messages', { body: {} }))).toEqual([
    404,
    'ErrorInvalidUser',
  ]);
});

test('a full mailbox takes nothing more, and one that got too much at once waits', async () => {
  const other = (await session.users())[1] ?? '';
  const post = () =>
    session.write('POST', `/users/${other}/messages`, { body: { subject: 'x'.repeat(900) } });
  await session.control('full-mailbox', { user: other, isFull: true });
  expect(codeOf(await post())).toEqual([507, 'ErrorQuotaExceeded']);
  await session.control('full-mailbox', { user: other, isFull: false });
  await session.control('limits', { uploadBytesPerWindow: 2_500, uploadWindowMs: 600 });
  const answers = [await post(), await post(), await post()];
  const refused = answers.find(({ status }) => status === 429);
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
  await session.control('limits', { uploadBytesPerWindow: 150 * 1024 * 1024, uploadWindowMs: 300_000 });
});

test('who may only read writes nothing', async () => {
  await session.control('roles', { roles: defaultRoles });
  const reader = (await session.tokenReply()).json<{ access_token: string }>().access_token;
  await session.control('roles', { roles: [...defaultRoles, ...restoreRoles] });
  const authorization = `Bearer ${reader}`;
  const post = await session.write('POST', at('/messages'), {
    body: { subject: 'x' },
    headers: { authorization },
  });
  expect(codeOf(post)).toEqual([403, 'ErrorAccessDenied']);
});

test('faults hit writes before or after they are done', async () => {
  await session.control('faults', { serverError500: 1 });
  expect((await session.write('POST', at('/messages'), { body: { subject: 'x' } })).status).toBe(500);
  await session.control('faults', { serverError500: 0 });
});

test.skipIf(!isGraphContractAvailable)('every exchange so far obeys the specification', () => {
  const verdict = checkAcceptedTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});

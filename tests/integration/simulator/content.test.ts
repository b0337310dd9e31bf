import { createHash } from 'node:crypto';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSession, type DeltaPage, type ErrorBody, type Session } from './session.ts';

let session: Session;

beforeAll(async () => {
  session = await startSession({ messagesPerUser: 60, unreadableShare: 0.03 });
});
afterAll(() => session.close());

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

async function mailUsers(): Promise<string[]> {
  const found = [];
  for (const id of await session.users())
    if ((await session.get(`/users/${id}/mailFolders/inbox`)).status === 200) found.push(id);
  return found;
}

test('what $value sends is what the truth says, message by message', async () => {
  for (const user of (await mailUsers()).slice(0, 6)) {
    const lines = (await session.truth(user)).filter((line) => line.kind === 'message');
    for (const line of lines) {
      const reply = await session.get(`/users/${user}/messages/${line.id}/$value`);
      if (line.unreadable === null)
        expect([reply.status, reply.bytes.length, sha256(reply.bytes)]).toEqual([
          200,
          line.sizeBytes,
          line.sha256,
        ]);
      else expect(reply.json<ErrorBody>().error.code).toBe(line.unreadable);
    }
    expect(lines.length).toBeGreaterThan(10);
  }
});

test('messages that are unreadable for good stay so and have all three causes', async () => {
  const causes = new Set<string>();
  for (const user of await mailUsers())
    for (const line of await session.truth(user))
      if (line.kind === 'message' && line.unreadable !== null) causes.add(line.unreadable);
  expect([...causes].sort()).toEqual([
    'ErrorCannotOpenFileAttachment',
    'ErrorCorruptData',
    'ErrorInvalidRecipients',
  ]);
});

test('two simulators with one seed hold the same, another seed holds something else', async () => {
  const [twin, stranger] = [
    await startSession({ messagesPerUser: 60, unreadableShare: 0.03 }),
    await startSession({ messagesPerUser: 60, seed: 7 }),
  ];
  const user = (await session.users())[2] ?? '';
  expect(await twin.truth(user)).toEqual(await session.truth(user));
  expect(await stranger.users()).not.toContain(user);
  await Promise.all([twin.close(), stranger.close()]);
});

test('an edit changes the MIME, a read flag and a move do not', async () => {
  const user = (await session.users())[3] ?? '';
  const hashes = async () =>
    new Map(
      (await session.truth(user))
        .filter((line) => line.kind === 'message')
        .map((line) => [line.id, line.sha256]),
    );
  const before = await hashes();
  const quiet = await session.control<{ changes: unknown[] }>('changes', { user, read: 5, moved: 5 });
  expect(quiet.changes).toHaveLength(10);
  expect(new Map([...(await hashes())].sort())).toEqual(new Map([...before].sort()));
  const { changes } = await session.control<{ changes: { message: string }[] }>('changes', {
    user,
    edited: 1,
  });
  expect((await hashes()).get(changes[0]?.message ?? '')).not.toBe(before.get(changes[0]?.message ?? ''));
});

/** The signs of its kinds that a message shows. */
function signsOf(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const found = signs.filter((sign) => text.includes(sign));
  if (/\n[^\n]{20000}/.test(text)) found.push('long line');
  if (!/^[\x20-\x7e\r\n\t]*\r?\n\r?\n/.test(text.slice(0, 4_000))) found.push('garbage');
  return found;
}

test('the sample has every kind of mail', async () => {
  const seen = new Set<string>();
  for (const user of await mailUsers()) {
    const lines = (await session.truth(user)).filter(
      (line) => line.kind === 'message' && line.unreadable === null && line.sizeBytes < 300_000,
    );
    for (const { id } of lines)
      for (const sign of signsOf((await session.get(`/users/${user}/messages/${id}/$value`)).bytes))
        seen.add(sign);
  }
  expect([...seen].sort()).toEqual([...signs, 'long line', 'garbage'].sort());
});

const signs = [
  'charset="utf-8"',
  'charset="iso-8859-1"',
  'charset="windows-1252"',
  'charset="iso-2022-jp"',
  'charset="shift_jis"',
  'charset="koi8-r"',
  'charset="us-ascii"',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: 7bit',
  'Content-Transfer-Encoding: 8bit',
  'multipart/alternative',
  'multipart/related',
  'multipart/mixed',
  'multipart/report',
  'multipart/signed',
  'message/rfc822',
  'method=REQUEST',
  'application/x-pkcs7-signature',
  'application/pkcs7-mime',
  'size=0',
  'scan.tif',
];

test('text decodes to the language of the mailbox, whatever the charset', async () => {
  const scripts: Record<string, RegExp> = {
    ja: /[ぁ-ん一-龯]{3}/,
    ru: /[а-яё]{4}/i,
    ar: /[\u0620-\u064a]{3}/,
    de: /[äöüß]/,
    fr: /[éèêàç]/,
  };
  const found = new Set<string>();
  for (const id of await mailUsers()) {
    const { preferredLanguage } = (await session.get(`/users/${id}?$select=preferredLanguage`)).json<{
      preferredLanguage: string;
    }>();
    const page = (await session.get(`/users/${id}/messages?$top=25&$select=subject`)).json<DeltaPage>();
    for (const item of page.value) {
      const { status, bytes } = await session.get(`/users/${id}/messages/${item.id}/$value`);
      if (status !== 200 || bytes.length > 200_000) continue;
      const mail = await PostalMime.parse(bytes).catch(() => null);
      if (mail?.text && scripts[preferredLanguage]?.test(mail.text)) found.add(preferredLanguage);
    }
  }
  expect([...found].sort()).toEqual(['ar', 'de', 'fr', 'ja', 'ru']);
}, 60_000);

test('accounts without a mailbox say so in two ways', async () => {
  const codes = new Set<string>();
  const { value } = (await session.get('/users?$top=999&$select=id')).json<DeltaPage>();
  for (const { id } of value) {
    const reply = await session.get(`/users/${id}/mailFolders`);
    if (reply.status === 404) codes.add(reply.json<ErrorBody>().error.code);
  }
  expect([...codes].sort()).toEqual(['MailboxNotEnabledForRESTAPI', 'ResourceNotFound']);
});

test('folders are deep, hidden, oddly named and listed with and without the hidden ones', async () => {
  const user = (await session.users())[0] ?? '';
  const truth = (await session.truth(user)).filter((line) => line.kind === 'folder');
  expect(Math.max(...truth.map((line) => line.path.length))).toBeGreaterThanOrEqual(5);
  const names = truth.map((line) => line.displayName);
  expect(names).toEqual(
    expect.arrayContaining(['CON', 'trailing dots...', 'Q3 – Angebote/Verträge', '🚀 Launch 🇯🇵']),
  );
  expect(Math.max(...names.map((name) => name.length))).toBeGreaterThan(200);
  const shown = (await session.deltaRound(`/users/${user}/mailFolders/delta`)).items.length;
  const all = (await session.deltaRound(`/users/${user}/mailFolders/delta?includeHiddenFolders=true`)).items
    .length;
  expect([all, all > shown]).toEqual([truth.length, true]);
});

test('an attachment sent to several people is the same bytes each time', async () => {
  const shared = await startSession({ profile: 'shared-attachments', users: 3, messagesPerUser: 20 });
  const hashes: string[] = [];
  for (const user of await shared.users()) {
    const list = (
      await shared.get(`/users/${user}/messages?$top=20&$select=hasAttachments`)
    ).json<DeltaPage>();
    for (const item of list.value.filter((entry) => entry['hasAttachments'] === true)) {
      const { value } = (
        await shared.get(`/users/${user}/messages/${item.id}/attachments?$select=name,size`)
      ).json<DeltaPage>();
      for (const attachment of value)
        hashes.push(
          sha256(
            (await shared.get(`/users/${user}/messages/${item.id}/attachments/${attachment.id}/$value`))
              .bytes,
          ),
        );
    }
  }
  await shared.close();
  expect(new Set(hashes).size).toBeLessThan(hashes.length / 1.5);
});

/** Restored mail as other programs read it: .eml by Python, .mbox line by line, .msg by its streams. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CFB } from '@tutao/oxmsg';
import PostalMime from 'postal-mime';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { MailFormat } from '../../../src-shared/contract/restore-contract.ts';
import type { RestoreReport } from '../../../src-shared/model/job.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { hasPython, pythonPath } from '../../support/other-programs.ts';
import { sha256 } from '../simulator/canonical.ts';
import { filesOf } from './restored-tree.ts';

let scene: BackupScene;
let machine: Machine;
let folderPath: string;

beforeAll(async () => {
  // The profile with every shape of message, MIME that is broken included.
  scene = await BackupScene.open({ profile: 'typical', seed: 9, users: 2, messagesPerUser: 35 });
  machine = await scene.machine();
  await machine.backUp();
});
afterAll(() => scene.close());
beforeEach(() => (folderPath = mkdtempSync(join(tmpdir(), 'holdfast-mail-'))));
afterEach(() => rmSync(folderPath, { recursive: true }));

async function restore(mail: MailFormat): Promise<{ report: RestoreReport; files: Map<string, Buffer> }> {
  const targetPath = join(folderPath, mail);
  const given = { vault: machine.vault, protectedItemId: scene.item.id, targetPath, mail };
  const report = await reportOf(await machine.client.restore.files(given));
  expect(report).toMatchObject({ failed: 0 });
  return { report, files: filesOf(targetPath) };
}

/** Attachments by hash, as a script of Python's own email package finds them. */
function pythonHashes(paths: readonly string[]): string[][] {
  const script = join(import.meta.dirname, '../../support/attachments-in-mail.py');
  const options = { input: JSON.stringify(paths), encoding: 'utf8', maxBuffer: 1e9 } as const;
  return JSON.parse(execFileSync(pythonPath, [script], options)) as string[][];
}

test.skipIf(!hasPython('email'))(
  'every .eml file is the MIME of the organization, and Python reads it with its attachments',
  async () => {
    const { files } = await restore('eml');
    const truth = [...(await scene.truth(await machine.accounts())).values()].flat();
    const given = truth.flatMap((line) =>
      line.kind === 'message' && line.unreadable === null ? [line.sha256] : [],
    );
    // Byte for byte the same, so what Python finds in these files is what it would find in what the organization gave.
    expect([...files.values()].map((bytes) => sha256(bytes)).sort()).toEqual(given.sort());
    const found = pythonHashes([...files.keys()].map((path) => join(folderPath, 'eml', path)));
    expect(found).toHaveLength(files.size);
    let agreeing = 0;
    for (const [i, bytes] of [...files.values()].entries()) {
      const { attachments } = await PostalMime.parse(bytes);
      const hashes = attachments
        .filter(({ disposition }) => disposition !== null)
        .map(({ content }) => sha256(new Uint8Array(content as ArrayBuffer)));
      if (hashes.length > 0 && found[i]!.join() === hashes.join()) agreeing += 1;
    }
    expect(agreeing).toBeGreaterThan(5);
  },
);

const withoutReturns = (bytes: Buffer): string => bytes.toString('latin1').replaceAll('\r\n', '\n');

test('an .mbox file a folder has the same messages, quoted so that they can be taken back', async () => {
  const { files: eml, report: asFiles } = await restore('eml');
  const { files, report } = await restore('mbox');
  expect(report.restored).toBe(asFiles.restored);
  expect([...files.keys()].every((path) => path.endsWith('.mbox'))).toBe(true);
  const messages = [...files].flatMap(([path, bytes]) => {
    const text = bytes.toString('latin1');
    expect(text.startsWith('From '), path).toBe(true);
    return text
      .split(/^(?=From )/m)
      .map((message) => message.replace(/^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n/, ''))
      .map((message) => message.replaceAll(/^>(>*From )/gm, '$1').replace(/\n$/, ''));
  });
  const endsLine = (text: string): string => (text.endsWith('\n') || text === '' ? text : `${text}\n`);
  expect(messages.sort()).toEqual([...eml.values()].map((bytes) => endsLine(withoutReturns(bytes))).sort());
});

test.skipIf(!hasPython('mailbox'))('Python finds as many messages in the .mbox files', async () => {
  const { files, report } = await restore('mbox');
  const paths = [...files.keys()].map((path) => join(folderPath, 'mbox', path));
  const script =
    'import json,mailbox,sys;print(sum(len(mailbox.mbox(p,create=False)) for p in json.load(sys.stdin)))';
  const count = execFileSync(pythonPath, ['-c', script], { input: JSON.stringify(paths), encoding: 'utf8' });
  expect(Number(count)).toBe(report.restored);
});

/** What a .msg file holds: streams by their path, without the root. */
function streamsOf(bytes: Buffer): Map<string, Buffer> {
  const { FullPaths, FileIndex } = CFB.read(bytes, { type: 'buffer' });
  return new Map(
    FullPaths.map((path, i) => [path.replace(/^[^/]*\//, ''), Buffer.from(FileIndex[i]?.content ?? [])]),
  );
}

test('a .msg file has subject, text and attachments of its message', async () => {
  const { files: eml, report: asFiles } = await restore('eml');
  const { files, report } = await restore('msg');
  expect(report.restored).toBe(asFiles.restored);
  expect([...files.keys()].map((path) => path.replace(/msg$/, 'eml'))).toEqual([...eml.keys()]);
  let attached = 0;
  for (const [path, bytes] of files) {
    const message = await PostalMime.parse(eml.get(path.replace(/msg$/, 'eml'))!);
    const streams = streamsOf(bytes);
    const subject = streams.get('__substg1.0_0037001F')?.toString('utf16le') ?? '';
    expect(subject.replace(/\0$/, ''), path).toBe(message.subject ?? '');
    const inside = [...streams].filter(([name]) =>
      /__attach_version1\.0_#.*\/__substg1\.0_37010102$/.test(name),
    );
    const hashes = inside.map(([, content]) => sha256(content)).sort();
    expect(hashes, path).toEqual(
      message.attachments.map(({ content }) => sha256(new Uint8Array(content as ArrayBuffer))).sort(),
    );
    attached += hashes.length;
  }
  expect(attached).toBeGreaterThan(10);
});

test('an .mbox file that is there is left with skip, and all of its messages count as skipped', async () => {
  const [first] = await machine.accounts();
  const targetPath = join(folderPath, 'out');
  mkdirSync(targetPath);
  const given = { vault: machine.vault, protectedItemId: scene.item.id, targetPath, mail: 'mbox' } as const;
  const { restored } = await reportOf(
    await machine.client.restore.files({ ...given, account: first!.address }),
  );
  const paths = [...filesOf(targetPath).keys()];
  writeFileSync(join(targetPath, paths[0]!), 'mine');
  const again = { ...given, account: first!.address, existing: 'skip' } as const;
  expect(await reportOf(await machine.client.restore.files(again))).toMatchObject({
    restored: 0,
    skipped: restored,
  });
  expect(filesOf(targetPath).get(paths[0]!)!.toString()).toBe('mine');
  expect([...filesOf(targetPath).keys()].map((path) => basename(path))).toEqual(
    paths.map((path) => basename(path)),
  );
});

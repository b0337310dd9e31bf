/** What a restore to this PC makes of events and contacts for other programs, beside their JSON. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';

let scene: BackupScene;
let machine: Machine;
let folderPath: string;

beforeAll(async () => {
  scene = await BackupScene.open({ profile: 'sample', seed: 21, users: 6, messagesPerUser: 0 });
  machine = await scene.machine();
  await machine.backUp({ item: { ...scene.item, services: ['calendar', 'contacts'] } });
  folderPath = mkdtempSync(join(tmpdir(), 'holdfast-rendered-'));
});
afterAll(async () => {
  rmSync(folderPath, { recursive: true });
  await scene.close();
});

/** Files and folders of a restore, by their paths below it. */
async function restore(name: string, options: { vcard?: '3.0' | '4.0' } = {}): Promise<string[]> {
  const targetPath = join(folderPath, name);
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, targetPath, ...options };
  const report = await reportOf(await machine.client.restore.files(scope));
  expect(report).toMatchObject({ failed: 0 });
  return readdirSync(targetPath, { recursive: true, encoding: 'utf8' }).map((path) => join(targetPath, path));
}

const unfolded = (path: string): string => readFileSync(path, 'utf8').replaceAll('\r\n ', '');
const within = (paths: readonly string[], folder: string, end: string) =>
  paths.filter((path) => path.includes(`/${folder}/`) && path.endsWith(end));
/** The JSON of each item, whether it is a file or lies in a folder with what is attached. */
const itemsIn = (paths: readonly string[], folder: string, main: string) =>
  within(paths, folder, '.json').filter(
    (path) =>
      basename(path) === main || !paths.some((other) => path.startsWith(`${other}/`) && isItem(other, paths)),
  );
const isItem = (path: string, paths: readonly string[]): boolean =>
  paths.includes(join(path, 'event.json')) || paths.includes(join(path, 'contact.json'));

describe('a restore', () => {
  let paths: string[];
  beforeAll(async () => {
    paths = await restore('usual');
  });

  test('has a calendar file beside each event, with the content of its attachments', () => {
    const files = within(paths, 'Calendars', '.ics').filter((path) => !isItem(join(path, '..'), paths));
    const items = itemsIn(paths, 'Calendars', 'event.json');
    expect(files.length).toBeGreaterThan(50);
    expect(files).toHaveLength(items.length);
    const texts = files.map(unfolded);
    expect(texts.every((text) => text.startsWith('BEGIN:VCALENDAR\r\n') && !/^METHOD/m.test(text))).toBe(
      true,
    );
    const attached = paths.filter((path) => basename(path) === 'event.json').map((path) => join(path, '..'));
    expect(attached.length).toBeGreaterThan(0);
    for (const path of attached) {
      const contents = readdirSync(path).filter((name) => name !== 'event.json');
      const text = unfolded(`${path}.ics`);
      for (const name of contents)
        expect(text.includes(readFileSync(join(path, name)).toString('base64')), path).toBe(true);
    }
  });

  test('has a vCard beside each contact, with the photo', () => {
    const files = within(paths, 'Contacts', '.vcf');
    expect(files).toHaveLength(itemsIn(paths, 'Contacts', 'contact.json').length);
    expect(files.length).toBeGreaterThan(50);
    expect(files.every((path) => unfolded(path).includes('\r\nVERSION:3.0\r\n'))).toBe(true);
    const withPhoto = paths
      .filter((path) => basename(path) === 'contact.json')
      .map((path) => join(path, '..'));
    expect(withPhoto.length).toBeGreaterThan(0);
    for (const path of withPhoto) {
      const [photo = ''] = readdirSync(path).filter((name) => name.startsWith('photo.'));
      const base64 = readFileSync(join(path, photo)).toString('base64');
      expect(unfolded(`${path}.vcf`).includes(`:${base64}\r\n`), path).toBe(true);
    }
  });
});

test('vCards are of version 4.0 by choice', async () => {
  const files = within(await restore('newer', { vcard: '4.0' }), 'Contacts', '.vcf');
  expect(files.length).toBeGreaterThan(50);
  expect(files.every((path) => unfolded(path).includes('\r\nVERSION:4.0\r\n'))).toBe(true);
});

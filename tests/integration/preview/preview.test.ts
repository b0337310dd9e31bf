/** Every item of a sample organization, looked at through the engine's contract. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mostPreviewBytes, type Preview } from '../../../src-shared/contract/preview-contract.ts';
import { defaultServices, type ServiceName } from '../../../src-shared/model/service-name.ts';
import { BackupScene, type Machine } from '../../support/backup-scene.ts';

let scene: BackupScene;
let machine: Machine;

interface Place {
  readonly account: string;
  readonly service: ServiceName;
  readonly item: string;
}
interface Seen extends Place {
  readonly sizeBytes: number;
  readonly preview: Preview;
}
const seen: Seen[] = [];

const scopeOf = () => ({ vault: machine.vault, protectedItemId: scene.item.id });
const partOf = async (place: Place, part: number): Promise<Buffer> => {
  const { bytes } = await machine.client.preview.part({ ...scopeOf(), ...place, part });
  return Buffer.from(await bytes.arrayBuffer());
};

beforeAll(async () => {
  const few = { itemsPerUser: 6 };
  scene = await BackupScene.open({
    seed: 11,
    users: 2,
    messagesPerUser: 25,
    calendar: few,
    contacts: few,
    tasks: few,
    drives: { filesPerDrive: 12 },
    sites: { count: 2, groupCount: 1, listItemsPerList: 4 },
    teams: { count: 1, postsPerChannel: 3 },
    groups: { count: 1, threadsPerGroup: 2 },
    planner: { plansPerGroup: 1, tasksPerPlan: 2 },
    chats: { count: 2, messagesPerChat: 3 },
    teamsLimits: { isEnforced: false },
    unitLimits: { isEnforced: false },
    directoryLimits: { isEnforced: false },
  });
  machine = await scene.machine();
  const item = { ...scene.item, services: [...defaultServices], sites: { mode: 'all' as const } };
  await machine.backUp({ item });
  for (const { id: account } of await machine.accounts())
    for (const service of defaultServices) await look(account, service);
});
afterAll(() => scene.close());

/** Looks at the first items of each folder. */
async function look(account: string, service: ServiceName): Promise<void> {
  const of = { ...scopeOf(), account, service };
  for (const { id: folder } of await machine.client.snapshot.folders(of)) {
    const { items } = await machine.client.snapshot.items({ ...of, folder, limit: 8 });
    for (const { id: item } of items) {
      const { item: row, preview } = await machine.client.preview.item({ ...of, item });
      expect(row.id).toBe(item);
      seen.push({ account, service, item, sizeBytes: row.sizeBytes, preview });
    }
  }
}

const kindsOf = (service: ServiceName) =>
  [...new Set(seen.filter((one) => one.service === service).map(({ preview }) => preview.kind))].toSorted();

test('each service has the views of its kinds', () => {
  expect(seen.length).toBeGreaterThan(200);
  const kinds = Object.fromEntries(defaultServices.map((service) => [service, kindsOf(service)]));
  expect(kinds).toMatchObject({
    mail: ['mail'],
    calendar: ['event'],
    contacts: ['contact'],
    drive: ['file'],
    tasks: ['other'],
    conversation: ['messages'],
  });
  expect(kinds['chat']).toContain('messages');
  expect(kinds['team']).toContain('messages');
  expect(kinds['site']).toEqual(expect.arrayContaining(['list-item', 'page']));
});

test('every mail has its people, its text and attachments whose bytes are as long as it says', async () => {
  let attachments = 0;
  for (const { preview, ...place } of seen) {
    if (preview.kind !== 'mail') continue;
    expect(preview.from.total + preview.headers.length, place.item).toBeGreaterThan(0);
    for (const { part, sizeBytes } of preview.attachments) {
      attachments += 1;
      const bytes = await partOf(place, part!);
      expect(bytes.length, place.item).toBe(Math.min(sizeBytes!, mostPreviewBytes));
    }
  }
  expect(attachments).toBeGreaterThan(5);
});

test('a part comes in ranges that make the whole, and never as a type that a browser would run', async () => {
  const file = seen.find(({ preview, sizeBytes }) => preview.kind === 'file' && sizeBytes > 100)!;
  const place = { ...scopeOf(), account: file.account, service: file.service, item: file.item, part: 0 };
  const { bytes: whole, isLast } = await machine.client.preview.part(place);
  expect([whole.type, isLast]).toEqual(['application/octet-stream', true]);
  const first = await machine.client.preview.part({ ...place, limitBytes: 40 });
  const rest = await machine.client.preview.part({ ...place, offsetBytes: 40 });
  expect([first.isLast, rest.isLast]).toEqual([false, true]);
  const joined = Buffer.concat([
    Buffer.from(await first.bytes.arrayBuffer()),
    Buffer.from(await rest.bytes.arrayBuffer()),
  ]);
  expect(joined.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true);
});

test('contacts with a photo give it as a picture', async () => {
  const withPhoto = seen.find(({ preview }) => preview.kind === 'contact' && preview.photo !== null)!;
  const photo = withPhoto.preview.kind === 'contact' ? withPhoto.preview.photo! : 0;
  const bytes = await partOf(withPhoto, photo);
  expect([0x89, 0xff]).toContain(bytes[0]);
});

test('the source is what is stored, with how much is left out', async () => {
  for (const { account, service, item, sizeBytes } of seen
    .filter((one) => one.service === 'mail')
    .slice(0, 5)) {
    const place = { ...scopeOf(), account, service, item };
    const { text, leftOutBytes } = await machine.client.preview.source({ ...place, limitBytes: 100 });
    expect(text).toMatch(/^[A-Za-z-]+:/);
    expect(Buffer.byteLength(text) + leftOutBytes).toBe(sizeBytes);
  }
});

test('an item or a part that is not there is refused with what to do', async () => {
  const { account, service, item } = seen[0]!;
  const nowhere = { ...scopeOf(), account, service, item: 'nowhere' };
  await expect(machine.client.preview.item(nowhere)).rejects.toMatchObject({ code: 'item-gone' });
  const noPart = { ...scopeOf(), account, service, item, part: 999 };
  await expect(machine.client.preview.part(noPart)).rejects.toMatchObject({ code: 'input-invalid' });
});

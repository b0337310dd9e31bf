/** Mail restored to Microsoft 365: planned, applied, compared by another program, and undone. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { rateFreeLimits } from '../../support/rate-free-limits.ts';

let scene: BackupScene;
let machine: Machine;

beforeAll(async () => {
  scene = await BackupScene.open({
    seed: 11,
    profile: 'sample',
    users: 3,
    messagesPerUser: 60,
    unreadableShare: 0,
    roles: [...defaultRoles, ...restoreRoles],
  });
  machine = await scene.machine('one', { graph: { throttleLimits: rateFreeLimits } });
  await machine.backUp();
}, 60_000);
afterAll(() => scene.close());

interface MailFacts {
  readonly html: readonly string[];
  readonly text: readonly string[];
  readonly files: readonly (readonly string[])[];
  readonly subject: string;
}

/** What Python's email package finds in the messages of a snapshot, by folder, in an order of their own. */
async function mailIn(
  account: string,
  place: { snapshot: number; folder?: string },
): Promise<Map<string, string[]>> {
  const targetPath = mkdtempSync(join(scene.folderPath, 'read-'));
  const scope = { vault: machine.vault, protectedItemId: scene.item.id };
  await reportOf(
    await machine.client.restore.files({ ...scope, ...place, account, service: 'mail', targetPath }),
  );
  const script = join(import.meta.dirname, '../../support/read-mail.py');
  const output = execFileSync('/usr/bin/python3', [script, targetPath], { encoding: 'utf8', maxBuffer: 1e9 });
  const folders = new Map<string, string[]>();
  const depth = place.folder === undefined ? 1 : 2;
  for (const [path, facts] of Object.entries(JSON.parse(output) as Record<string, MailFacts>)) {
    const folder = path.split('/').slice(depth, -1).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), JSON.stringify(facts)].sort());
  }
  return folders;
}

test('a folder arrives as received mail, with everything a person sees', async () => {
  const { client, vault } = machine;
  const [account] = await machine.accounts();
  const address = account?.address ?? '';
  const before = await scene.truth([account!]);
  const scope = { vault, protectedItemId: scene.item.id, connection: scene.connection };
  const request = {
    account: address,
    service: 'mail' as const,
    location: { kind: 'folder' as const, name: 'Back' },
  };
  const plan = await reportOf(await client.plan.make({ ...scope, request }));
  const applied = await reportOf(
    await client.plan.apply({ vault, plan: plan.id, connection: scene.connection }),
  );
  expect(applied).toMatchObject({ failed: 0, problems: [] });
  await machine.backUp();
  const was = await mailIn(address, { snapshot: 1 });
  const is = await mailIn(address, { snapshot: 2, folder: 'Back' });
  writeFileSync('/tmp/was.json', JSON.stringify([...was]));
  writeFileSync('/tmp/is.json', JSON.stringify([...is]));
  expect(is).toEqual(was);
  const undone = await reportOf(
    await client.plan.undo({ vault, plan: plan.id, connection: scene.connection }),
  );
  expect(undone).toMatchObject({ removed: applied.created, kept: 0, failed: 0 });
  expect(await scene.truth([account!])).toEqual(before);
});

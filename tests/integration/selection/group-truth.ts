/** Where the newest snapshot of groups and of the directory is not what the organization is, hash by hash. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '../../../src-shared/model/service-name.ts';
import { reportOf } from '../../support/backup-scene.ts';
import { areaTruthOf } from '../../support/simulator-control.ts';
import { canonicalHash, sha256 } from '../simulator/canonical.ts';
import type { SelectionScene } from './selection-scene.ts';

interface Line {
  readonly kind: string;
  readonly id: string;
  readonly displayName: string;
  readonly sha256: string;
  readonly containerId: string;
  readonly isDeleted?: boolean;
  readonly pictures?: readonly string[];
}
interface Thread {
  readonly posts: readonly object[];
}
interface DirectoryObject {
  readonly id: string;
  readonly displayName: string;
  /** Groups only. */
  readonly members?: readonly { readonly id: string }[];
}

/** The files that a restore of one service brings, of all accounts. */
async function restoredFiles(
  { scene, machine }: SelectionScene,
  service: ServiceName,
  extension = '',
): Promise<Uint8Array[]> {
  const targetPath = mkdtempSync(join(scene.folderPath, 'restore-'));
  const protectedItemId = scene.item.id;
  const scope = { vault: machine.vault, protectedItemId, service, targetPath };
  const report = await reportOf(await machine.client.restore.files(scope));
  if (report.failed > 0) throw new Error(`not restored: ${JSON.stringify(report.problems.slice(0, 5))}`);
  return readdirSync(targetPath, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
}

/** The JSON files that a restore of one service brings. */
export async function restoredJson<T>(scene: SelectionScene, service: ServiceName): Promise<T[]> {
  const files = await restoredFiles(scene, service, '.json');
  return files.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)) as T);
}

async function truth(scene: SelectionScene, area: string, kind: 'group' | 'user'): Promise<Line[]> {
  const accounts = (await scene.choices('mailboxes')).filter((choice) => choice.kind === kind);
  const lines: Line[] = [];
  for (const { id } of accounts)
    lines.push(...((await areaTruthOf(scene.scene.simulator, area, id)) as Line[]));
  return lines;
}

/** What one list has and the other has not. */
function differing(what: string, actual: readonly string[], expected: readonly string[]): string[] {
  const [has, wants] = [new Set(actual), new Set(expected)];
  return [
    ...[...wants].filter((one) => !has.has(one)).map((one) => `${what}: lost ${one}`),
    ...[...has].filter((one) => !wants.has(one)).map((one) => `${what}: too many ${one}`),
  ];
}

export async function conversationDifferences(scene: SelectionScene): Promise<string[]> {
  const threads = await restoredJson<Thread>(scene, 'conversation');
  const hashes = threads.flatMap(({ posts, ...thread }) => [thread, ...posts].map(canonicalHash));
  const lines = await truth(scene, 'thread', 'group');
  return differing(
    'conversation',
    hashes,
    lines.map((line) => line.sha256),
  );
}

/** Plans with their buckets, and tasks, both with their details. */
export async function plannerDifferences(scene: SelectionScene): Promise<string[]> {
  const lines = await truth(scene, 'planner', 'group');
  if (lines.length === 0) throw new Error('there is no plan to look for');
  return differing(
    'planner',
    (await restoredJson<object>(scene, 'planner')).map(canonicalHash),
    lines.map((line) => line.sha256),
  );
}

export async function directoryDifferences(scene: SelectionScene): Promise<string[]> {
  const objects = await restoredJson<DirectoryObject>(scene, 'directory');
  const people = await truth(scene, 'people', 'user');
  const groups = await truth(scene, 'group', 'group');
  const named = (all: readonly Pick<Line, 'id' | 'displayName'>[]) =>
    all.map(({ id, displayName }) => `${id} ${displayName}`);
  const memberships = objects.flatMap(({ id, members = [] }) => members.map((one) => `${one.id} in ${id}`));
  const inside = groups.filter(({ kind }) => kind !== 'group');
  return [
    ...differing(
      'directory',
      named(objects),
      named([...people, ...groups.filter(({ kind }) => kind === 'group')]),
    ),
    ...differing(
      'membership',
      memberships,
      inside.map(({ id, containerId }) => `${id} in ${containerId}`),
    ),
  ];
}

/** Posts that nobody took back, with their pictures. */
export async function teamDifferences(scene: SelectionScene): Promise<string[]> {
  const restored = new Set((await restoredFiles(scene, 'team')).map((bytes) => sha256(bytes)));
  const posts = (await truth(scene, 'team', 'group')).filter(
    ({ kind, isDeleted }) => kind === 'post' && !isDeleted,
  );
  const wanted = posts.flatMap((line) => [line.sha256, ...(line.pictures ?? [])]);
  if (wanted.length === 0) throw new Error('there is no post to look for');
  return wanted.filter((hash) => !restored.has(hash)).map((hash) => `team: lost ${hash}`);
}

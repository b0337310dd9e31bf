/**
 * What services beside mail hold, as hashes: of the organization as it really is, and of a restored snapshot. Items are
 * compared by the canonical form of their JSON, files by their bytes and their folder.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ServiceName } from '../../src-shared/model/service-name.ts';
import { safeFileName } from '../../src-worker/formats/file-name.ts';
import { canonicalHash, sha256 } from '../integration/simulator/canonical.ts';
import { areaTruthOf, type SimulatorAccess } from './simulator-control.ts';

export type SideService = Exclude<ServiceName, 'mail'>;

/** Hashes by kind of content (for files, by folder), sorted. */
export type Contents = ReadonlyMap<string, readonly string[]>;

interface TruthItem {
  readonly kind: string;
  readonly id: string;
  readonly sha256?: string | null;
  readonly unreadable?: string | null;
  readonly attachments?: readonly { readonly sha256: string | null }[];
  readonly photoSha256?: string | null;
  readonly driveId?: string;
  readonly name?: string;
  readonly path?: readonly string[];
}

const mainNames = new Set(['event.json', 'task.json', 'contact.json']);
/** Made of the JSON beside them. */
const rendered = /\.(ics|vcf|html|csv)$/;

/** What an account's service holds that can be read; with the ids of what cannot, and how many items there are in all. */
export async function trueContents(
  simulator: SimulatorAccess,
  account: string,
  service: SideService,
): Promise<{ contents: Contents; unreadable: string[]; itemCount: number }> {
  const lines = (await areaTruthOf(simulator, service, account)) as TruthItem[];
  const unreadable = lines.filter((line) => isUnreadable(line)).map(({ id }) => id);
  const readable = lines.filter((line) => !isUnreadable(line));
  const contents = service === 'drive' ? trueFiles(readable) : trueItems(readable);
  return { contents, unreadable, itemCount: lines.filter(isItem).length };
}

/** Containers are told of as well. */
function isItem({ kind, sha256: hash }: TruthItem): boolean {
  return kind === 'folder' || kind === 'notebook' || hash !== undefined;
}

function isUnreadable({ kind, unreadable }: TruthItem): boolean {
  return kind !== 'drive' && unreadable !== null && unreadable !== undefined;
}

function trueItems(lines: readonly TruthItem[]): Contents {
  const items = lines.filter((line) => typeof line.sha256 === 'string');
  const hashes = items.map((line) => line.sha256 ?? '');
  const attached = items.flatMap(({ attachments = [], photoSha256 }) => [
    ...attachments.flatMap((one) => one.sha256 ?? []),
    ...(photoSha256 ? [photoSha256] : []),
  ]);
  return sorted([
    ['items', hashes],
    ['attached', attached],
  ]);
}

function trueFiles(lines: readonly TruthItem[]): Contents {
  const driveNames = new Map(
    lines.filter(({ kind }) => kind === 'drive').map(({ id, name = '' }) => [id, name]),
  );
  const folders = new Map<string, string[]>();
  for (const { kind, driveId = '', path = [], sha256: hash } of lines) {
    if (kind === 'drive') continue;
    const names = [driveNames.get(driveId) ?? '', ...path].map((name) =>
      plainName(safeFileName(name, 'folder')),
    );
    const folder = kind === 'file' ? names.slice(0, -1).join('/') : names.join('/');
    const hashes = folders.get(folder) ?? [];
    folders.set(folder, hashes);
    if (kind === 'file' && typeof hash === 'string') hashes.push(hash);
  }
  return sorted([...folders]);
}

/** What lies in the folder of one account's service after a restore. */
export function restoredContents(folderPath: string, service: SideService): Contents {
  return service === 'drive' ? restoredFiles(folderPath) : restoredItems(folderPath);
}

function restoredItems(folderPath: string): Contents {
  const items: string[] = [];
  const attached: string[] = [];
  const visit = (path: string, depth: number): void => {
    const entries = readdirSync(path, { withFileTypes: true });
    const isItem = entries.some(({ name }) => mainNames.has(name));
    for (const entry of entries) {
      const entryPath = join(path, entry.name);
      if (entry.isDirectory()) visit(entryPath, depth + 1);
      else if (!isItem && rendered.test(entry.name)) continue;
      else if (isItem && !mainNames.has(basename(entryPath))) attached.push(sha256(readFileSync(entryPath)));
      else items.push(itemHash(readFileSync(entryPath, 'utf8')));
    }
  };
  visit(folderPath, 0);
  return sorted([
    ['items', items],
    ['attached', attached],
  ]);
}

/** The lists of attachments are told by truth in another way. */
function itemHash(text: string): string {
  const item = JSON.parse(text) as Record<string, unknown>;
  delete item['attachments'];
  const exceptions = item['exceptionOccurrences'] as Record<string, unknown>[] | undefined;
  for (const exception of exceptions ?? []) delete exception['attachments'];
  return canonicalHash(item);
}

function restoredFiles(folderPath: string): Contents {
  const folders = new Map<string, string[]>();
  const visit = (path: string, names: readonly string[]): void => {
    const hashes = folders.get(names.join('/')) ?? [];
    if (names.length > 1) folders.set(names.join('/'), hashes);
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const entryPath = join(path, entry.name);
      if (entry.isDirectory()) visit(entryPath, [...names, plainName(entry.name)]);
      else {
        folders.set(names.join('/'), hashes);
        hashes.push(sha256(readFileSync(entryPath)));
      }
    }
  };
  visit(folderPath, []);
  return sorted([...folders]);
}

/** What differs, at most twenty lines; nothing when they are equal. `attached` may hold more than truth tells. */
export function contentDifferences(actual: Contents, expected: Contents): string[] {
  const found: string[] = [];
  for (const key of new Set([...actual.keys(), ...expected.keys()])) {
    const [has, wants] = [actual.get(key) ?? [], expected.get(key) ?? []];
    const left = new Map<string, number>();
    for (const hash of has) left.set(hash, (left.get(hash) ?? 0) + 1);
    const lost = wants.filter((hash) => {
      const count = left.get(hash) ?? 0;
      left.set(hash, count - 1);
      return count < 1;
    });
    const extra = key === 'attached' ? [] : [...left].filter(([, count]) => count > 0);
    if (!actual.has(key) && expected.has(key)) found.push(`missing ${key}`);
    if (lost.length > 0 || extra.length > 0)
      found.push(`${key}: ${has.length} of ${wants.length}, lost ${lost.length}, too many ${extra.length}`);
  }
  return found.slice(0, 20);
}

/** Names that a folder had already get numbers in a restore; here they count as one. */
function plainName(name: string): string {
  return name.replace(/( \(\d+\))+$/, '').toLowerCase();
}

function sorted(entries: readonly (readonly [string, string[]])[]): Contents {
  const merged = new Map<string, string[]>();
  for (const [key, hashes] of entries) merged.set(key, [...(merged.get(key) ?? []), ...hashes].sort());
  return merged;
}

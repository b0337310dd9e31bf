/**
 * What every service holds, as hashes: of the organization as it really is, and of the items of a snapshot. One hash
 * stands for one thing: a message, an attachment, a post, a file at its place.
 */
import type { FileVersions } from '../../src-shared/model/protected-item.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { canonicalHash, sha256 } from '../integration/simulator/canonical.ts';
import type { SnapshotItem } from './snapshot-reader.ts';

/** A line of truth of any area; each has some of these. */
export interface TruthThing {
  readonly kind: string;
  readonly id: string;
  readonly sha256?: string | null;
  readonly unreadable?: string | null;
  readonly isDeleted?: boolean;
  readonly attachments?: readonly { readonly sha256: string | null }[];
  readonly photoSha256?: string | null;
  readonly pictures?: readonly string[];
  readonly membersSha256?: string;
  readonly driveId?: string;
  readonly parentId?: string;
  readonly name?: string;
  /** Of files: the oldest first, the present one last. */
  readonly versions?: readonly {
    readonly id: string;
    readonly sha256: string;
    readonly unreadable: string | null;
  }[];
}

/**
 * `needed` must be there; `allowed` may be, beside it. Of what lies behind a lock nothing is there: the organizations of
 * these tests lock it before the first backup.
 */
export interface TrueHashes {
  readonly needed: readonly string[];
  readonly allowed: readonly string[];
  readonly isLocked: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** The directory is compared apart; exports repeat what other services hold. */
const apart: readonly ServiceName[] = ['directory', 'archive', 'mailbox-export'];
/** The services whose items have a truth of their own. */
export const comparedServices = serviceNames.filter((name): name is ComparedService => !apart.includes(name));
export type ComparedService = Exclude<ServiceName, 'directory' | 'archive' | 'mailbox-export'>;

/** What is locked as a whole: everything below it cannot be read. */
const lockable: ReadonlySet<string> = new Set(['drive', 'site']);

/** What the truth of a service's account demands of a snapshot; earlier versions of files where they are saved. */
export function trueHashes(
  service: ComparedService,
  lines: readonly TruthThing[],
  versions: FileVersions = 'current',
): TrueHashes {
  const isLocked = lines.some(
    ({ kind, unreadable }) => lockable.has(kind) && unreadable === 'resourceLocked',
  );
  if (isLocked) return { needed: [], allowed: [], isLocked };
  const readable = lines.filter(({ unreadable }) => (unreadable ?? null) === null);
  const needed: string[] = [];
  const allowed: string[] = [];
  for (const line of readable) {
    if (line.isDeleted === true) allowed.push(...hashesOf(service, line));
    else needed.push(...hashesOf(service, line));
  }
  if (service === 'drive' && versions !== 'current') needed.push(...versionHashes(lines, versions));
  return { needed, allowed, isLocked };
}

/** Versions of files that cannot be read themselves, too. */
function versionHashes(lines: readonly TruthThing[], kept: number | 'all'): string[] {
  return lines.flatMap(({ driveId, id, versions = [] }) =>
    versions
      .slice(0, -1)
      .slice(kept === 'all' ? 0 : -kept)
      .filter(({ unreadable }) => unreadable === null)
      .map((version) => `${driveId}/${id}/${version.id} ${version.sha256}`),
  );
}

function hashesOf(service: ComparedService, line: TruthThing): string[] {
  const { kind, sha256: hash, attachments = [], photoSha256, pictures = [], membersSha256 } = line;
  if (service === 'drive') {
    if (kind === 'drive') return [];
    return [`${line.driveId}/${line.id} in ${line.parentId} ${line.name} ${hash ?? ''}`];
  }
  const isThing = typeof hash === 'string' && !['list', 'site', 'channel', 'team'].includes(kind);
  if (!isThing) return [];
  const attached = [...attachments.flatMap((one) => one.sha256 ?? []), ...(photoSha256 ? [photoSha256] : [])];
  return [hash, ...(membersSha256 === undefined ? [] : [membersSha256]), ...attached, ...pictures];
}

/** Hashes of an item; `extra` may be there without truth telling of them. */
interface ItemHashes {
  readonly hashes: readonly string[];
  readonly extra: readonly string[];
}

/** An item with the bytes of the item itself, and the hashes of its other parts. */
interface OpenedItem {
  readonly item: SnapshotItem;
  readonly main: Uint8Array;
  readonly attached: readonly string[];
}

const only = (hashes: readonly string[]): ItemHashes => ({ hashes, extra: [] });
const ofJson = ({ main, attached }: OpenedItem): ItemHashes => ({
  hashes: [withoutAttachments(jsonOf(main))],
  extra: attached,
});
const ofBytes = ({ main, attached }: OpenedItem): ItemHashes => only([sha256(main), ...attached]);

const readers: Readonly<Record<ComparedService, (opened: OpenedItem) => ItemHashes>> = {
  mail: ofBytes,
  calendar: ofJson,
  contacts: ofJson,
  tasks: ofJson,
  settings: ofJson,
  drive: ({ item, main }) => only([filePlace(item, main)]),
  chat: (opened) => (opened.item.id.includes(' ') ? ofBytes(opened) : only(chatHashes(jsonOf(opened.main)))),
  team: (opened) => (opened.item.collection === 'team' ? only([]) : ofBytes(opened)),
  conversation: ({ main }) => {
    const { posts, ...thread } = jsonOf(main);
    return only([thread, ...(posts as Json[])].map(canonicalHash));
  },
  planner: ofJson,
  site: ({ item, main, attached }) => siteHashes(item, jsonOf(main), attached),
};

/** The same of an item of a snapshot. */
export function itemHashes(service: ComparedService, item: SnapshotItem): ItemHashes {
  const [main, ...others] = item.parts;
  if (main === undefined) throw new Error('an item has a part');
  const attached = others.map(({ bytes }) => sha256(bytes));
  return readers[service]({ item, main: main.bytes, attached });
}

function filePlace({ id, info }: SnapshotItem, bytes: Uint8Array): string {
  const { name, parent, folder, versionId } = info;
  if (versionId !== undefined) return `${id} ${sha256(bytes)}`;
  const place = String(parent).split('/').at(-1) ?? '';
  return `${id} in ${place} ${String(name)} ${folder === true ? '' : sha256(bytes)}`;
}

function siteHashes(item: SnapshotItem, json: Json, attached: readonly string[]): ItemHashes {
  if (item.collection === 'about' || item.id.startsWith('list ')) return only([]);
  const what = item.collection === 'pages' ? json : json['fields'];
  return only([sha256(JSON.stringify(bare(what))), ...attached]);
}

function chatHashes({ members, ...chat }: Json): string[] {
  return [canonicalHash(chat), canonicalHash(members)];
}

/** The lists of attachments are told by truth in another way. */
function withoutAttachments(json: Json): string {
  const item: Record<string, unknown> = structuredClone(json);
  delete item['attachments'];
  const exceptions = item['exceptionOccurrences'] as Record<string, unknown>[] | undefined;
  for (const exception of exceptions ?? []) delete exception['attachments'];
  return canonicalHash(item);
}

/** As the truth of sites hashes fields and pages: keys in order, no annotations at all. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !name.includes('@odata.'));
  return Object.fromEntries(
    kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, bare(each)]),
  );
}

function jsonOf(bytes: Uint8Array): Json {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Json;
}

/** What of `wanted` is not among `held`, and what is there beyond `needed`, `allowed` and `extra`. */
export function hashDifferences(
  held: { readonly hashes: readonly string[]; readonly extra: readonly string[] },
  wanted: TrueHashes,
): { lost: string[]; tooMany: string[] } {
  const left = countsOf([...held.hashes, ...held.extra]);
  const lost = wanted.needed.filter((hash) => !takeOne(left, hash));
  for (const hash of [...wanted.allowed, ...held.extra]) takeOne(left, hash);
  return { lost, tooMany: [...left].filter(([, count]) => count > 0).map(([hash]) => hash) };
}

function countsOf(hashes: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const hash of hashes) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return counts;
}

function takeOne(counts: Map<string, number>, hash: string): boolean {
  const count = counts.get(hash) ?? 0;
  if (count > 0) counts.set(hash, count - 1);
  return count > 0;
}

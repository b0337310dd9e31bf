/** Compares what Holdfast says and restores with what the sample organization says it holds. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import type { SampleOrganization } from '../sample/sample-organization.ts';

const folderSchema = z.object({
  kind: z.literal('folder'),
  id: z.string(),
  path: z.array(z.string()),
  parentId: z.string(),
  isHidden: z.boolean(),
});
const messageSchema = z.object({
  kind: z.literal('message'),
  id: z.string(),
  folderId: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  /** Why its content fails for good; null for what can be read. */
  unreadable: z.unknown(),
});
const lineSchema = z.discriminatedUnion('kind', [folderSchema, messageSchema]);

type TrueFolder = z.infer<typeof folderSchema>;
type TrueMessage = z.infer<typeof messageSchema>;

/** What one mailbox really holds; `messages` are those that can be read. */
export interface TrueMailbox {
  readonly folders: readonly TrueFolder[];
  readonly messages: readonly TrueMessage[];
  readonly unreadable: number;
}

export async function trueMailbox(sample: SampleOrganization, user: string): Promise<TrueMailbox> {
  const lines = (await sample.truth(user)).map((line) => lineSchema.parse(line));
  const messages = lines.filter((line) => line.kind === 'message');
  const readable = messages.filter(({ unreadable }) => (unreadable ?? null) === null);
  return {
    folders: lines.filter((line) => line.kind === 'folder'),
    messages: readable,
    unreadable: messages.length - readable.length,
  };
}

/** The readable messages of a folder and of all folders below it. */
export function messagesBelow({ folders, messages }: TrueMailbox, folderId: string): TrueMessage[] {
  const inside = new Set([folderId]);
  for (let sizeBefore = 0; sizeBefore !== inside.size;) {
    sizeBefore = inside.size;
    for (const { id, parentId } of folders) if (inside.has(parentId)) inside.add(id);
  }
  return messages.filter((message) => inside.has(message.folderId));
}

/** SHA-256 in hex of every file below `folderPath`, sorted. */
export async function fileHashes(folderPath: string): Promise<string[]> {
  const entries = await readdir(folderPath, { recursive: true, withFileTypes: true });
  const hashes: string[] = [];
  for (const entry of entries) {
    if (entry.isFile()) hashes.push(await hashFile(join(entry.parentPath, entry.name)));
  }
  return hashes.sort();
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** What is in one list and not in the other, counted with repetitions; empty where they are the same. */
export function difference(expected: readonly string[], found: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const each of expected) left.set(each, (left.get(each) ?? 0) + 1);
  for (const each of found) left.set(each, (left.get(each) ?? 0) - 1);
  return [...left]
    .filter(([, count]) => count !== 0)
    .map(([each, count]) => `${count > 0 ? 'missing' : 'unexpected'} ${each}`);
}

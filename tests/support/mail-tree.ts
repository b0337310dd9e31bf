/**
 * Mail as a tree of folders with the hashes of the messages in them: what the simulator holds, and what a restore put
 * on disk, in one form that can be compared.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { safeFileName } from '../../src-worker/formats/file-name.ts';
import type { TruthLine } from './simulator-control.ts';

/** `account/folder/folder` to the sorted SHA-256 of the messages in it. */
export type MailTree = ReadonlyMap<string, readonly string[]>;

/** The readable part of mailboxes, by account address. */
export function treeOfTruth(mailboxes: ReadonlyMap<string, readonly TruthLine[]>): MailTree {
  const tree = new Map<string, string[]>();
  for (const [address, lines] of mailboxes) {
    const paths = new Map<string, string>();
    for (const line of lines) {
      if (line.kind === 'folder') {
        const path = [safeFileName(address, ''), ...line.path.map((name) => safeFileName(name, 'folder'))];
        paths.set(line.id, path.map(plainName).join('/'));
        messagesAt(tree, paths.get(line.id) ?? '');
      } else if (line.unreadable === null) {
        messagesAt(tree, paths.get(line.folderId) ?? 'nowhere').push(line.sha256);
      }
    }
  }
  return sorted(tree);
}

/** What lies in a folder that an account-wise restore wrote to. */
export function treeOfFolder(rootPath: string): MailTree {
  const tree = new Map<string, string[]>();
  const visit = (folderPath: string, names: readonly string[]): void => {
    for (const entry of readdirSync(folderPath, { withFileTypes: true })) {
      const path = join(folderPath, entry.name);
      if (entry.isDirectory()) {
        const below = [...names, plainName(entry.name)];
        // An account's own folder is no mail folder.
        if (below.length > 1) messagesAt(tree, below.join('/'));
        visit(path, below);
      } else {
        const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex');
        messagesAt(tree, names.join('/')).push(sha256);
      }
    }
  };
  visit(rootPath, []);
  return sorted(tree);
}

/** What differs between two trees, at most twenty lines; nothing when they are equal. */
export function differences(actual: MailTree, expected: MailTree): string[] {
  const found: string[] = [];
  for (const path of new Set([...actual.keys(), ...expected.keys()])) {
    const [has, wants] = [actual.get(path), expected.get(path)];
    if (has === undefined) found.push(`missing folder ${path}`);
    else if (wants === undefined) found.push(`folder too many ${path} with ${has.length} messages`);
    else if (has.join() !== wants.join()) {
      const lost = wants.filter((hash) => !has.includes(hash));
      const extra = has.filter((hash) => !wants.includes(hash));
      found.push(
        `${path}: ${has.length} messages of ${wants.length}, lost ${lost.join()}, too many ${extra.join()}`,
      );
    }
  }
  return found.slice(0, 20);
}

export function messageCount(tree: MailTree): number {
  return [...tree.values()].reduce((sum, { length }) => sum + length, 0);
}

/** Folders of one name get numbers in a restore; here they count as one. */
function plainName(name: string): string {
  return name.replace(/( \(\d+\))+$/, '').toLowerCase();
}

function messagesAt(tree: Map<string, string[]>, path: string): string[] {
  const messages = tree.get(path) ?? [];
  tree.set(path, messages);
  return messages;
}

function sorted(tree: Map<string, string[]>): MailTree {
  for (const messages of tree.values()) messages.sort();
  return tree;
}

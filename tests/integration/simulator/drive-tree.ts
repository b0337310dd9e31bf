/** A drive as a client knows it after following its delta: the smallest correct reader, for comparison with the truth. */
import type { Session } from './session.ts';

export interface DriveItem {
  id: string;
  name: string;
  size: number;
  parentReference: { id?: string; driveId: string };
  file?: { hashes?: { quickXorHash: string }; mimeType: string };
  folder?: { childCount: number };
  package?: { type: string };
  root?: object;
  deleted?: { state: string };
  malware?: object;
  '@microsoft.graph.downloadUrl'?: string;
}

export interface DriveTruth {
  kind: 'drive' | 'folder' | 'notebook' | 'file';
  id: string;
  parentId: string;
  path: string[];
  sizeBytes: number;
  sha256: string | null;
  unreadable: string | null;
  quickXorHash: string;
  directPermissions: number;
  versions: { id: string; sizeBytes: number; sha256: string }[];
}

export class DriveTree {
  readonly items = new Map<string, DriveItem>();
  deltaLink = '';

  /** Applies one round; the last state of an item wins, and what hangs in nothing any more is gone. */
  async follow(session: Session, start: string, headers: Record<string, string> = {}): Promise<number> {
    const round = await session.deltaRound(start, headers);
    this.deltaLink = round.deltaLink;
    for (const item of round.items as unknown as DriveItem[]) {
      if (item.deleted) this.items.delete(item.id);
      else this.items.set(item.id, item);
    }
    return round.items.length;
  }

  /** Path of an item from the root, or null when a folder above it is gone. */
  pathOf(item: DriveItem): string[] | null {
    if (item.root) return [];
    const parent = this.items.get(item.parentReference.id ?? '');
    const above = parent ? this.pathOf(parent) : null;
    return above && [...above, item.name];
  }

  /** `path size hash` of every file and `path` of every folder, sorted. */
  lines(): string[] {
    return [...this.items.values()]
      .flatMap((item) => {
        const path = this.pathOf(item);
        if (!path || path.length === 0) return [];
        return [JSON.stringify([item.id, path, item.file ? item.size : -1])];
      })
      .sort();
  }
}

/** The same lines from the truth. */
export const truthLines = (truth: readonly DriveTruth[]): string[] =>
  truth
    .filter((line) => line.kind !== 'drive')
    .map((line) => JSON.stringify([line.id, line.path, line.kind === 'file' ? line.sizeBytes : -1]))
    .sort();

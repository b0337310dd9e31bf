/**
 * Where a backup writes: the current session of the vault, and a checkpoint commit now and then. An item is recorded
 * as one step (content to the codec threads, row to the session), and a checkpoint waits until no step is under way,
 * so that a commit never names a chunk that is not in its packs.
 */
import {
  contentKind,
  type ContentRef,
  type ItemRow,
  type RowOwner,
  type SnapshotOutcome,
  type StateRow,
} from '../../../src-shared/model/rows.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { FaultLedger } from '../../faults/ledger.ts';
import type { SegmentRecord, CommitRecord } from '../../vault/format/records.ts';
import {
  beginSession,
  type ChainHead,
  type SessionServices,
  type WriteSession,
} from '../../vault/session/write-session.ts';
import { encodePartsList } from '../../vault/objects/parts-list.ts';
import type { FetchedContent, ItemHead } from '../../workloads/workload.ts';
import type { CodecPool } from '../codec-pool.ts';
import { applyCommit } from '../sync-catalog.ts';

/** When a long run commits what it has. */
export interface CheckpointLimits {
  readonly intervalMs: number;
  readonly packBytes: number;
}

export const defaultCheckpointLimits: CheckpointLimits = {
  intervalMs: 15 * 60_000,
  packBytes: 10 * 1024 ** 3,
};

export interface RecorderServices extends SessionServices {
  readonly catalog: Catalog;
  readonly pool: CodecPool;
  readonly ledger: FaultLedger;
  readonly protectedItem: CommitRecord['protectedItem'];
  readonly limits: CheckpointLimits;
}

export class Recorder {
  readonly #services: RecorderServices;
  #head: ChainHead;
  #session: WriteSession;
  #lastCheckpointMs: number;
  #stepsUnderWay = 0;
  #idle: PromiseWithResolvers<void> | undefined;
  #checkpoint: Promise<void> | undefined;
  /** Resume links of enumerations under way: written at a checkpoint, replaced by the delta link at the end. */
  readonly #resume = new Map<string, { owner: RowOwner; state: StateRow }>();
  #packBytes = 0;
  #newPacks = 0;
  #newChunks = 0;

  private constructor(services: RecorderServices, head: ChainHead, session: WriteSession) {
    this.#services = services;
    this.#head = head;
    this.#session = session;
    this.#lastCheckpointMs = services.clock.nowMs();
  }

  static async begin(services: RecorderServices, head: ChainHead): Promise<Recorder> {
    return new Recorder(services, head, await beginSession(services, head));
  }

  /** The session that packs go to. */
  get session(): WriteSession {
    return this.#session;
  }

  /** What this run has stored, over all its sessions; chunks as of the last commit. */
  get stored(): { packBytes: number; packs: number; chunks: number } {
    return { packBytes: this.#packBytes, packs: this.#newPacks, chunks: this.#newChunks };
  }

  countPack(sizeBytes: number): void {
    this.#packBytes += sizeBytes;
    this.#newPacks += 1;
  }

  /** Stores the content of an item and its row; the size of the content. */
  async saveItem(owner: RowOwner, head: ItemHead, content: FetchedContent): Promise<number> {
    const sizeBytes = await this.#step(async () => {
      const reference = await this.#store(content, owner.account);
      const version = content.kind === 'stream' ? content.version : head.version;
      await this.#session.writeItem(owner, { ...rowOf(head), version, content: reference });
      return reference[1];
    });
    this.#services.ledger.record({ kind: 'saved', sizeBytes });
    await this.#checkpointIfDue();
    return sizeBytes;
  }

  async #store(content: FetchedContent, affinity: string): Promise<ContentRef> {
    const { pool } = this.#services;
    if (content.kind === 'stream') return pool.writeStream(content.pieces, content.sizeBytes, affinity);
    if (content.kind !== 'parts') return pool.write(content.kind, content.bytes, affinity);
    const parts = await Promise.all(
      content.parts.map(async ({ name, mediaType, bytes }) => ({
        name,
        mediaType,
        content: await pool.write('bytes', bytes, affinity),
      })),
    );
    const [, , list] = await pool.write('bytes', encodePartsList(parts), affinity);
    return [contentKind.parts, parts.reduce((sum, part) => sum + part.content[1], 0), list];
  }

  /** Records an item whose content the vault has: it was moved, nothing else. */
  async moveItem(owner: RowOwner, head: ItemHead, content: ItemRow['content']): Promise<void> {
    await this.#step(() => this.#session.writeItem(owner, { ...rowOf(head), content }));
  }

  async removeItem(owner: RowOwner, row: { id: string; collection: string }): Promise<void> {
    await this.#step(() => this.#session.writeRemoval(owner, row));
  }

  async write(record: SegmentRecord): Promise<void> {
    await this.#step(() => this.#session.write(record));
  }

  /** Remembers where an enumeration is, for the next checkpoint. */
  setResumeLink(owner: RowOwner, state: StateRow): void {
    this.#resume.set(resumeKey(owner, state.collection), { owner, state });
  }

  /** Ends an enumeration: the link from which the next run goes on. */
  async finishCollection(owner: RowOwner, state: StateRow): Promise<void> {
    this.#resume.delete(resumeKey(owner, state.collection));
    await this.write({ t: 'states', ...owner, put: [state], removed: [] });
  }

  /** An enumeration broke off: the next run begins it where this one did. */
  forgetResumeLink(owner: RowOwner, collection: string): void {
    this.#resume.delete(resumeKey(owner, collection));
  }

  /** Makes all of it the next snapshot; enumerations that were cut short go on from their last page. */
  async commit(outcome: SnapshotOutcome): Promise<CommitRecord> {
    await this.#checkpoint;
    await this.#writeResumeLinks();
    return this.#commit(outcome);
  }

  async abandon(): Promise<void> {
    await this.#session.close();
  }

  async #step<T>(action: () => Promise<T>): Promise<T> {
    while (this.#checkpoint !== undefined) await this.#checkpoint;
    this.#stepsUnderWay += 1;
    try {
      return await action();
    } finally {
      this.#stepsUnderWay -= 1;
      if (this.#stepsUnderWay === 0) this.#idle?.resolve();
    }
  }

  async #checkpointIfDue(): Promise<void> {
    const { clock, limits } = this.#services;
    const isDue =
      clock.nowMs() - this.#lastCheckpointMs >= limits.intervalMs ||
      this.#session.packBytes >= limits.packBytes;
    if (!isDue || this.#checkpoint !== undefined) return;
    this.#checkpoint = this.#runCheckpoint().finally(() => {
      this.#checkpoint = undefined;
    });
    await this.#checkpoint;
  }

  async #runCheckpoint(): Promise<void> {
    if (this.#stepsUnderWay > 0) {
      this.#idle = Promise.withResolvers();
      await this.#idle.promise;
      this.#idle = undefined;
    }
    await this.#writeResumeLinks();
    await this.#commit('checkpoint');
    this.#session = await beginSession(this.#services, this.#head);
    this.#lastCheckpointMs = this.#services.clock.nowMs();
  }

  async #writeResumeLinks(): Promise<void> {
    for (const { owner, state } of this.#resume.values()) {
      await this.#session.write({ t: 'states', ...owner, put: [state], removed: [] });
    }
  }

  async #commit(outcome: SnapshotOutcome): Promise<CommitRecord> {
    const { pool, ledger, vault, catalog, protectedItem } = this.#services;
    this.#newChunks = (await pool.flush()).newChunks;
    const summary = { protectedItem, outcome, counts: ledger.counts, issues: ledger.causes };
    const committed = await this.#session.commit(summary);
    this.#head = { ...this.#head, number: committed.record.number, parent: committed.hash };
    await applyCommit(vault, catalog, committed);
    return committed.record;
  }
}

function rowOf(head: ItemHead): Omit<ItemRow, 'content'> {
  const { id, collection, version, info } = head;
  return { id, collection, version, info };
}

function resumeKey(owner: RowOwner, collection: string): string {
  return `${owner.workload} ${owner.account} ${collection}`;
}

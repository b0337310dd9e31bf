/**
 * One session of a writer: an open marker, packs, segments, and the commit that makes them visible. Creating the
 * commit's name is the only commit point (docs/vault-format.md section 7): whatever a session wrote before is either
 * all in the snapshot or, after a crash, orphaned and adopted by the next session.
 */
import { randomBytes } from 'node:crypto';
import { encode } from 'cborg';
import type { Clock } from '../../../src-shared/model/clock.ts';
import type {
  ItemRow,
  RemovalRow,
  RowOwner,
  SnapshotCounts,
  SnapshotOutcome,
} from '../../../src-shared/model/rows.ts';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { sha256 } from '../../codec/hash.ts';
import { commitName, fileClass, frameType, packName, sessionMarkerName } from '../format/layout.ts';
import { encodeCommit, type CommitRecord, type PackRecord, type SegmentRecord } from '../format/records.ts';
import { SealedFileWriter } from '../format/sealed-file-writer.ts';
import type { FinishedPack } from '../objects/pack-writer.ts';
import type { Vault } from '../vault.ts';
import { SegmentWriter } from './segment-writer.ts';

/** The chain that a session continues; `parent` is the hash of its last commit. */
export interface ChainHead {
  readonly chainId: string;
  readonly number: number;
  readonly parent: Uint8Array | null;
}

/** Who writes, and when. */
export interface SessionServices {
  readonly vault: Vault;
  readonly agent: string;
  readonly clock: Clock;
}

/** What a commit says beside what its session wrote. */
export interface CommitSummary {
  readonly protectedItem: CommitRecord['protectedItem'];
  readonly outcome: SnapshotOutcome;
  readonly counts: SnapshotCounts;
  readonly issues: CommitRecord['issues'];
}

/** A commit that stands in the vault. */
export interface Committed {
  readonly record: CommitRecord;
  readonly hash: Uint8Array;
}

/** Opens a session: from its marker on, no pack that it may rely on is removed behind its back. */
export async function beginSession(services: SessionServices, head: ChainHead): Promise<WriteSession> {
  const id = Buffer.from(randomBytes(16)).toString('hex');
  const startedAt = timestamp(services.clock);
  const marker = new SealedFileWriter(
    services.vault.keys.writeContext(fileClass.session),
    new Uint8Array(1024),
  );
  const next = commitName(head.chainId, head.number + 1);
  const payload = encode({ v: 1, session: id, agent: services.agent, startedAt, commit: next });
  marker.append({ type: frameType.record, flags: 0, count: 1, stored: payload, rawBytes: payload.length });
  await services.vault.store.createIfAbsent(sessionMarkerName(id), marker.finish(new Uint8Array(0)));
  return new WriteSession(services, head, { id, startedAt });
}

/** An open session. Calls are queued, so that callers need not wait for each other. */
export class WriteSession {
  readonly id: string;
  readonly #services: SessionServices;
  readonly #head: ChainHead;
  readonly #startedAt: string;
  readonly #segments: SegmentWriter;
  #packCount = 0;
  #packBytes = 0;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(services: SessionServices, head: ChainHead, identity: { id: string; startedAt: string }) {
    this.id = identity.id;
    this.#services = services;
    this.#head = head;
    this.#startedAt = identity.startedAt;
    this.#segments = new SegmentWriter(services.vault, identity.id);
  }

  /** Bytes of the packs that this session has put into the store. */
  get packBytes(): number {
    return this.#packBytes;
  }

  /** Puts a pack into the store and its directory into a segment. Resolves when the pack is durable. */
  async addPack(pack: FinishedPack): Promise<void> {
    await this.#services.vault.store.createIfAbsent(packName(pack.name), pack.bytes);
    this.#packBytes += pack.sizeBytes;
    const { name, sizeBytes, epoch, salt, directory } = pack;
    await this.listPack({ name, sizeBytes, epoch, salt, directory });
  }

  /** Lists a pack that is in the store already: one that a crashed session left. */
  async listPack(pack: PackRecord): Promise<void> {
    this.#packCount += 1;
    await this.#enqueue(() => this.#segments.write({ t: 'packs', packs: [pack] }));
  }

  async writeItem(owner: RowOwner, row: ItemRow): Promise<void> {
    await this.#enqueue(() => this.#segments.writeItem(owner, row));
  }

  async writeRemoval(owner: RowOwner, row: RemovalRow): Promise<void> {
    await this.#enqueue(() => this.#segments.writeRemoval(owner, row));
  }

  async write(record: SegmentRecord): Promise<void> {
    await this.#enqueue(() => this.#segments.write(record));
  }

  /** Makes everything visible as the next snapshot of the chain; throws `vault-session-fenced` when that exists. */
  async commit(summary: CommitSummary): Promise<Committed> {
    const segments = await this.#enqueue(() => this.#segments.finish());
    const record: CommitRecord = {
      v: 1,
      chain: this.#head.chainId,
      number: this.#head.number + 1,
      parent: this.#head.parent,
      session: this.id,
      agent: this.#services.agent,
      startedAt: this.#startedAt,
      committedAt: timestamp(this.#services.clock),
      ...summary,
      segments: segments.map((segment) => ({ ...segment })),
      packs: this.#packCount,
    };
    const bytes = this.#sealCommit(record);
    const { store } = this.#services.vault;
    const result = await store.createIfAbsent(commitName(record.chain, record.number), bytes);
    await this.close();
    if (result === 'exists') {
      throw new AppError(
        'vault-session-fenced',
        'Another run finished this snapshot first, so this one was not recorded. Nothing was lost: what it stored is used by the next run.',
        { retryable: true, details: { number: record.number } },
      );
    }
    return { record, hash: sha256(bytes) };
  }

  /** Removes the marker. Without a commit, what the session wrote stays orphaned until the next one adopts it. */
  async close(): Promise<void> {
    await this.#services.vault.store.remove(sessionMarkerName(this.id));
  }

  #sealCommit(record: CommitRecord): Uint8Array {
    const file = new SealedFileWriter(
      this.#services.vault.keys.writeContext(fileClass.commit),
      new Uint8Array(4096),
    );
    const payload = encodeCommit(record);
    file.append({ type: frameType.record, flags: 0, count: 1, stored: payload, rawBytes: payload.length });
    return file.finish(new Uint8Array(0));
  }

  #enqueue<T>(step: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(step);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

function timestamp(clock: Clock): string {
  return new Date(clock.nowMs()).toISOString();
}

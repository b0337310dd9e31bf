/** What the engine and a codec say to each other, whether or not a thread lies between them. */
import type { ContentRef } from '../../src-shared/model/rows.ts';
import type { FinishedPack } from '../vault/objects/pack-writer.ts';
import type { WriteTotals } from '../vault/objects/object-writer.ts';

/** One item on its way to a codec. */
export interface WriteRequest {
  readonly sequence: number;
  readonly kind: 'mime' | 'bytes';
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Small chunks of one affinity are compressed together. */
  readonly affinity: string;
}

/** One item that is stored once its pack is durable. */
export interface WrittenItem {
  readonly sequence: number;
  readonly content: ContentRef;
}

/** What the engine sends to a codec. */
export type CodecRequest =
  /** `isHurried`: content comes faster than it is stored, so speed counts more than the last percent of size. */
  | { readonly type: 'write'; readonly items: readonly WriteRequest[]; readonly isHurried: boolean }
  /** Content that comes in pieces, one codec's from its first to its last. */
  | {
      readonly type: 'stream-begin';
      readonly sequence: number;
      readonly sizeBytes: number;
      readonly affinity: string;
    }
  | { readonly type: 'stream-piece'; readonly sequence: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'stream-end'; readonly sequence: number; readonly isWhole: boolean }
  | { readonly type: 'recycle'; readonly packBuffer: ArrayBuffer }
  | { readonly type: 'flush' };

/** What a codec answers. The buffers of written items come back with them; packs of a flush come before its `flushed`. */
export type CodecReply =
  | {
      readonly type: 'written';
      readonly items: readonly WrittenItem[];
      readonly buffers: readonly ArrayBuffer[];
    }
  | { readonly type: 'piece-written'; readonly buffer: ArrayBuffer; readonly sizeBytes: number }
  | { readonly type: 'stream-written'; readonly sequence: number; readonly content: ContentRef }
  | { readonly type: 'pack'; readonly pack: FinishedPack }
  | { readonly type: 'flushed'; readonly totals: WriteTotals };

/** A codec as the pool sees it, wherever it works. */
export interface CodecLink {
  send(request: CodecRequest, transfer: readonly ArrayBuffer[]): void;
  /** Sets the one listener each for replies and for the codec's death. Called once, before anything is sent. */
  listen(onReply: (reply: CodecReply) => void, onFailure: (error: unknown) => void): void;
  stop(): Promise<void>;
}

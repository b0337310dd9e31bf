/** What a command has of its surroundings: its streams, its environment and the time. Tests give their own. */
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../src-shared/model/clock.ts';

/** A stream that text is written to; `isTTY` and `columns` as Node's terminals have them. */
export type Output = Pick<Writable, 'write'> & { readonly isTTY?: boolean; readonly columns?: number };
/** A stream that is typed into. */
export type Input = Readable & { readonly isTTY?: boolean; setRawMode?: (isRaw: boolean) => unknown };

export interface Terminal {
  readonly input: Input;
  readonly output: Output;
  readonly errors: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** Calls `listener` whenever somebody asks to pause or go on; the answer ends that. Absent where nobody can ask. */
  readonly onPauseAsked?: (listener: () => void) => () => void;
}

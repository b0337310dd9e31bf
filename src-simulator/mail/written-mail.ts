/** What clients wrote into one mailbox, by message number. Empty, and next to nothing, where nobody wrote. */
import { messageTags, type MessageMarks, type WrittenMessage } from './written-message.ts';

/** The planned message that a copy is a copy of. */
interface Origin {
  readonly number: number;
  readonly version: number;
}

const noMarks: MessageMarks = {};

export class WrittenMail {
  readonly #contents = new Map<number, WrittenMessage>();
  readonly #origins = new Map<number, Origin>();
  readonly #marks = new Map<number, MessageMarks>();
  /** Numbers by property and value, so that a look-up before each write costs no walk through all. */
  readonly #byProperty = new Map<string, Set<number>>();

  content(message: number): WrittenMessage | null {
    return this.#contents.get(message) ?? null;
  }

  /** Numbers of written messages. */
  numbers(): Iterable<number> {
    return this.#contents.keys();
  }

  put(message: number, content: WrittenMessage): void {
    this.drop(message);
    this.#contents.set(message, content);
    this.#note(message, keysOf(content));
  }

  #note(message: number, keys: readonly string[]): void {
    for (const key of keys) {
      const numbers = this.#byProperty.get(key) ?? new Set();
      this.#byProperty.set(key, numbers.add(message));
    }
  }

  /** Forgets the content of a message that is gone for good. */
  drop(message: number): void {
    const content = this.#contents.get(message);
    if (!content) return;
    this.#contents.delete(message);
    for (const key of keysOf(content)) this.#byProperty.get(key)?.delete(message);
  }

  /** The planned message that a copy is a copy of, in the version that was copied. */
  origin(message: number): Origin | null {
    return this.#origins.get(message) ?? null;
  }

  /** Numbers of the copies of planned messages. */
  copies(): Iterable<number> {
    return this.#origins.keys();
  }

  copy(message: number, origin: Origin): void {
    this.#origins.set(message, origin);
  }

  marks(message: number): MessageMarks {
    return this.#marks.get(message) ?? noMarks;
  }

  mark(message: number, marks: MessageMarks): void {
    this.#marks.set(message, { ...this.marks(message), ...marks });
    this.#note(message, propertyKeys(marks.properties ?? []));
  }

  /** Written messages with this value of a property; Graph does not mind the case of values. */
  withProperty(id: string, value: string): number[] {
    return [...(this.#byProperty.get(keyOf(id, value)) ?? [])].sort((a, b) => a - b);
  }
}

const keyOf = (id: string, value: string) => `${id}\n${value.toLowerCase()}`;

/** Long values, such as header blocks, are never looked for. */
const longestLookedFor = 1_000;

function keysOf({ properties, internetMessageId }: WrittenMessage): string[] {
  return propertyKeys([...properties, [messageTags.messageId, internetMessageId]]);
}

const propertyKeys = (properties: Iterable<readonly [string, string]>): string[] =>
  [...properties]
    .filter(([, value]) => value.length <= longestLookedFor)
    .map(([id, value]) => keyOf(id, value));

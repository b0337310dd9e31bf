/** What clients wrote of the items of one box, over what the plan makes of them. Empty where nobody wrote. */
import type { WrittenAttachment } from '../mail/written-message.ts';
import type { Properties } from '../writes/extended-properties.ts';
import type { Json } from './answers.ts';

export interface ItemWriting {
  /** A client created it: what was not given is blank. Otherwise only what was given differs from the plan. */
  readonly isWhole: boolean;
  readonly values: Json;
  readonly properties: Properties;
  /** Those that were added; an item of the plan has its own before them. */
  readonly attachments: readonly WrittenAttachment[];
  /** Attachments ever added: the number of the next one. */
  readonly attachmentCount: number;
  /** Of a series: what differs on single occurrences, by their number. */
  readonly occurrences: ReadonlyMap<number, Json>;
  readonly photo: { readonly bytes: Buffer; readonly contentType: string } | null;
}

/** Nothing written yet. */
export const blankWriting: ItemWriting = {
  isWhole: false,
  values: {},
  properties: new Map(),
  attachments: [],
  attachmentCount: 0,
  occurrences: new Map(),
  photo: null,
};

const keyOf = (id: string, value: string) => `${id}\n${value.toLowerCase()}`;

export class ItemWritings {
  readonly #writings = new Map<number, ItemWriting>();
  /** Numbers by extended property and value. */
  readonly #byProperty = new Map<string, Set<number>>();

  get(item: number): ItemWriting | undefined {
    return this.#writings.get(item);
  }

  /** Adds to what is written of an item. */
  add(item: number, more: Partial<ItemWriting>): void {
    const before = this.#writings.get(item) ?? blankWriting;
    const values = { ...before.values, ...more.values };
    const properties = new Map([...before.properties, ...(more.properties ?? [])]);
    this.drop(item);
    this.#writings.set(item, { ...before, ...more, values, properties });
    for (const [id, value] of properties) {
      const numbers = this.#byProperty.get(keyOf(id, value)) ?? new Set();
      this.#byProperty.set(keyOf(id, value), numbers.add(item));
    }
  }

  drop(item: number): void {
    for (const [id, value] of this.#writings.get(item)?.properties ?? [])
      this.#byProperty.get(keyOf(id, value))?.delete(item);
    this.#writings.delete(item);
  }

  /** Items with this value of an extended property; Graph does not mind the case of values. */
  withProperty(id: string, value: string): number[] {
    return [...(this.#byProperty.get(keyOf(id, value)) ?? [])].sort((a, b) => a - b);
  }
}

/**
 * The messages of a chat or a channel as one page, or one a month where they are many, the oldest first. Messages come in
 * the order they were saved in, so each is written to a file at once as it will stand in its page, and of each only a
 * time and a place are kept in memory: 24 bytes, whatever it says.
 */
import type { CatalogItem } from '../../../catalog/catalog.ts';
import { pageFoot, pageHead } from '../../../formats/html/html-page.ts';
import { teamsMessageHtml, teamsMessageMs } from '../../../formats/readable/teams-message.ts';
import type { ReadItem } from '../renderings.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { StagedFile } from '../target/staged-file.ts';
import type { Gathering } from './gathering.ts';
import { putBeside } from './put-beside.ts';
import type { GatheringPlace } from './table-gathering.ts';

/** What a browser shows without effort. */
const mostOnOnePage = 2_000;

interface TranscriptPlace extends GatheringPlace {
  readonly title: string;
}

export class TranscriptGathering implements Gathering {
  readonly #target: RestoreTarget;
  readonly #place: TranscriptPlace;
  readonly #messages: StagedFile;
  readonly #timesMs: number[] = [];
  readonly #offsetsBytes: number[] = [];
  #page: StagedFile | undefined;

  private constructor(target: RestoreTarget, place: TranscriptPlace, messages: StagedFile) {
    this.#target = target;
    this.#place = place;
    this.#messages = messages;
  }

  static async open(target: RestoreTarget, place: TranscriptPlace): Promise<TranscriptGathering> {
    return new TranscriptGathering(target, place, await target.stage(place.folderPath));
  }

  async add({ id, collection }: CatalogItem, { json, others }: ReadItem): Promise<void> {
    // A chat is an item of itself, and no message.
    if (id === collection) return;
    const html = teamsMessageHtml(json, others);
    if (html === undefined) return;
    this.#timesMs.push(teamsMessageMs(json));
    this.#offsetsBytes.push(this.#messages.sizeBytes);
    await this.#messages.write(Buffer.from(html));
  }

  async end(): Promise<number> {
    const order = Uint32Array.from(this.#timesMs.keys());
    order.sort((a, b) => (this.#timesMs[a] ?? 0) - (this.#timesMs[b] ?? 0) || a - b);
    const isSplit = order.length > mostOnOnePage;
    let bytes = 0;
    for (let from = 0; from < order.length;) {
      const to = isSplit ? this.#endOfMonth(order, from) : order.length;
      bytes += await this.#writePage(order.subarray(from, to), isSplit ? this.#monthOf(order[from]) : '');
      from = to;
    }
    await this.#messages.discard();
    return bytes;
  }

  async discard(): Promise<void> {
    await this.#messages.discard();
    await this.#page?.discard();
  }

  async #writePage(numbers: Uint32Array, month: string): Promise<number> {
    const { folderPath, name, title } = this.#place;
    const page = await this.#target.stage(folderPath);
    this.#page = page;
    await page.write(Buffer.from(pageHead(title, month)));
    for (const number of numbers) await page.write(await this.#messageAt(number));
    await page.write(Buffer.from(pageFoot));
    const pageName = month === '' ? name : `${name} ${month}`;
    return putBeside(this.#target, page, { folderPath, name: pageName, extension: '.html' });
  }

  #messageAt(number: number): Promise<Uint8Array> {
    const from = this.#offsetsBytes[number] ?? 0;
    const to = this.#offsetsBytes[number + 1] ?? this.#messages.sizeBytes;
    return this.#messages.read(from, to - from);
  }

  #endOfMonth(order: Uint32Array, from: number): number {
    const month = this.#monthOf(order[from]);
    let to = from;
    while (to < order.length && this.#monthOf(order[to]) === month) to += 1;
    return to;
  }

  /** As `2026-04`. */
  #monthOf(number: number | undefined): string {
    return new Date(this.#timesMs[number ?? 0] ?? 0).toISOString().slice(0, 7);
  }
}

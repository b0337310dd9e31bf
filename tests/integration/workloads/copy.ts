/**
 * The smallest backup that follows the rules of a real one: it keeps links, enumerates afresh when one has expired,
 * believes in a removal only when a look-up agrees, and fetches what an enumeration did not bring.
 */
import { isAppError, type AppError } from '../../../src-shared/errors/app-error.ts';
import type {
  AccountScope,
  FetchedContent,
  FetchedPart,
  ItemChanges,
  ItemHead,
  Workload,
} from '../../../src-worker/workloads/workload.ts';

export interface CopiedItem {
  readonly head: ItemHead;
  readonly parts: readonly FetchedPart[];
}

export class Copy {
  readonly items = new Map<string, CopiedItem>();
  /** Codes of the items that could not be read. */
  readonly failed = new Map<string, string>();
  readonly collections = new Map<string, string>();
  /** Items whose content the enumeration brought, and those that were fetched, in the last run. */
  broughtCount = 0;
  fetchedCount = 0;
  readonly #workload: Workload;
  #scope: AccountScope;
  #collectionLink: string | undefined;
  readonly #links = new Map<string, string>();

  constructor(workload: Workload, scope: Omit<AccountScope, 'signal'>) {
    this.#workload = workload;
    this.#scope = { ...scope, signal: new AbortController().signal };
  }

  /** From now on, runs go over another connection or to another account. */
  connect(scope: Omit<AccountScope, 'signal'>): void {
    this.#scope = { ...scope, signal: this.#scope.signal };
  }

  /** Why items lack a part, by their ids. */
  get gaps(): Map<string, string> {
    const found = [...this.items].flatMap(([id, { head }]) =>
      head.gap === undefined ? [] : [[id, head.gap] as const],
    );
    return new Map(found.sort());
  }

  async run(): Promise<void> {
    this.broughtCount = 0;
    this.fetchedCount = 0;
    // A run has a scope of its own: what a workload keeps for a run must not outlive it.
    this.#scope = { ...this.#scope };
    await this.#findCollections();
    const gone = [...this.items.values()].filter(({ head }) => !this.collections.has(head.collection));
    const left = gone.map(({ head }) => head.id);
    for (const id of this.collections.keys()) left.push(...(await this.#follow(id)));
    await this.#settle(left);
  }

  async #findCollections(): Promise<void> {
    const changes = await this.#workload.collections(this.#scope, this.#collectionLink);
    this.#collectionLink = changes.link;
    if (changes.isComplete) this.collections.clear();
    for (const { id, name } of changes.found) this.collections.set(id, name);
    for (const id of changes.removed) this.collections.delete(id);
  }

  /** Follows one collection and returns the ids that left it. */
  async #follow(collection: string): Promise<string[]> {
    const link = this.#links.get(collection);
    try {
      return await this.#enumerate(collection, link);
    } catch (error) {
      if (link === undefined || !isAppError(error, 'delta-expired', 'delta-unsupported', 'collection-gone'))
        throw error;
      return this.#enumerate(collection, undefined);
    }
  }

  async #enumerate(collection: string, link: string | undefined): Promise<string[]> {
    const left: string[] = [];
    const seen = new Set<string>();
    for await (const page of this.#workload.changes(this.#scope, collection, link)) {
      await this.#take(page, seen);
      left.push(...page.removed);
      if (page.deltaLink !== undefined) this.#links.set(collection, page.deltaLink);
    }
    if (link !== undefined && this.#workload.listsEverything?.(collection, link) !== true) return left;
    const here = [...this.items.values()].filter(({ head }) => head.collection === collection);
    return here.map(({ head }) => head.id).filter((id) => !seen.has(id));
  }

  async #take(page: ItemChanges, seen: Set<string>): Promise<void> {
    for (const head of page.changed) {
      seen.add(head.id);
      await this.#save(head);
    }
  }

  async #save(head: ItemHead): Promise<void> {
    const known = this.items.get(head.id);
    if (known !== undefined && known.head.version === head.version && head.version !== '') {
      this.items.set(head.id, { ...known, head: { ...head, info: known.head.info } });
      return;
    }
    if (known !== undefined && this.#hasSameContent(known.head, head)) {
      this.items.set(head.id, { ...known, head });
      return;
    }
    try {
      if (head.content === undefined) this.fetchedCount += 1;
      else this.broughtCount += 1;
      const content = head.content ?? (await (head.fetch?.() ?? this.#workload.fetch(this.#scope, head.id)));
      const parts = await partsOf(content);
      const version = content.kind === 'stream' ? content.version : head.version;
      this.items.set(head.id, { head: { ...head, version }, parts });
      this.failed.delete(head.id);
    } catch (error) {
      this.failed.set(head.id, (error as AppError).code);
    }
  }

  #hasSameContent(before: ItemHead, { version, content }: ItemHead): boolean {
    return content === undefined && this.#workload.hasSameContent?.(before.version, version) === true;
  }

  async #settle(ids: readonly string[]): Promise<void> {
    const gone = new Set<string>();
    for await (const { id, head, error } of this.#workload.lookUp(this.#scope, [...new Set(ids)])) {
      if (error !== undefined) throw error as Error;
      if (head !== undefined) await this.#save(head);
      else gone.add(id);
    }
    // A set may grow while it is walked: what lay in something that is gone is gone, too.
    for (const id of gone) {
      this.items.delete(id);
      this.failed.delete(id);
      for (const [inner, { head }] of this.items)
        if (this.#workload.nesting?.parentOf(head.info) === id) gone.add(inner);
    }
  }
}

async function partsOf(content: FetchedContent): Promise<readonly FetchedPart[]> {
  if (content.kind === 'parts') return content.parts;
  const pieces: Uint8Array[] = [];
  if (content.kind === 'stream')
    for await (const piece of content.pieces) pieces.push(Uint8Array.from(piece));
  else pieces.push(content.bytes);
  const bytes = Uint8Array.from(Buffer.concat(pieces));
  return [{ name: 'content', mediaType: 'application/octet-stream', bytes }];
}

/** The JSON of an item. */
export function jsonOf({ parts }: CopiedItem): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(parts[0]?.bytes)) as Record<string, unknown>;
}

/** Reads an enumeration for what it throws. */
export async function readToEnd(changes: AsyncIterable<ItemChanges>): Promise<number> {
  let count = 0;
  for await (const page of changes) count += page.changed.length;
  return count;
}

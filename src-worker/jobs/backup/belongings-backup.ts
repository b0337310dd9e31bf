/**
 * Saves what belongs to an item, such as earlier versions of a file, and ends what does not any more. It is done before
 * the item itself is saved: a row of the item says that it was done for that version, so a run that is killed in between
 * does it again and fetches nothing twice.
 */
import { isFatal } from '../../faults/ledger.ts';
import type { WriteSession } from '../../vault/session/write-session.ts';
import type { ItemHead } from '../../workloads/workload.ts';
import type { AccountBackup } from './account-backup.ts';

export class BelongingsBackup {
  readonly #account: AccountBackup;
  /** What was listed since the last commit, by the item it belongs to: the catalog does not know that yet. */
  readonly #uncommitted = new Map<string, Set<string>>();
  #session: WriteSession | undefined;

  constructor(account: AccountBackup) {
    this.#account = account;
  }

  /**
   * Brings up to date what belongs to an item that was saved with version `before`, if it was. False where it could not be
   * listed: that is an issue of the item then, and the item is saved all the same.
   */
  async follow(head: ItemHead, before: string | undefined): Promise<boolean> {
    const { belongings } = head;
    if (belongings === undefined || (before !== undefined && belongings.isAsOf(before))) return true;
    try {
      const wanted = await belongings.list();
      for (const each of wanted) {
        await this.#account.considerItem(each);
        this.#note(head.id, each.id);
      }
      await this.#end(head, new Set(wanted.map(({ id }) => id)));
      return true;
    } catch (error) {
      if (isFatal(error)) throw error;
      await this.#account.reportItem(head, error);
      return false;
    }
  }

  /** Ends all that belongs to an item that is gone. */
  async remove(id: string, collection: string): Promise<void> {
    const { ownerOf } = this.#account.services.workload;
    if (ownerOf !== undefined && ownerOf(id) === undefined) await this.#end({ id, collection }, new Set());
  }

  async #end(
    { id, collection }: Pick<ItemHead, 'id' | 'collection'>,
    wanted: ReadonlySet<string>,
  ): Promise<void> {
    const { catalog, chainId } = this.#account.services;
    const known = catalog.currentIdsBelow(chainId, this.#account.owner, id);
    const all = new Set([...known, ...this.#account.issuesBelow(id), ...(this.#uncommitted.get(id) ?? [])]);
    for (const each of all) if (!wanted.has(each)) await this.#account.endItem(each, collection);
  }

  /** After it was saved, so that it is in the session of now or in the catalog. */
  #note(id: string, each: string): void {
    const { session } = this.#account.services.recorder;
    if (this.#session !== session) this.#uncommitted.clear();
    this.#session = session;
    const ids = this.#uncommitted.get(id) ?? new Set<string>();
    this.#uncommitted.set(id, ids.add(each));
  }
}

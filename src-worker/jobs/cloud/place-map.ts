/** Where the collections of a snapshot are restored to: containers that stand in the target, and those that are missing. */
import type { RestoreLocation } from '../../../src-shared/model/cloud-restore.ts';
import type { CollectionRow } from '../../../src-shared/model/rows.ts';
import type { RestoreJournal } from '../../journal/restore-journal.ts';
import type { TargetContainer } from '../../workloads/cloud-target.ts';

/** From where, to where. */
export interface PlaceScope {
  readonly account: string;
  readonly workload: string;
  readonly targetAccount: string;
  readonly location: RestoreLocation;
}

/** A place of the journal; no container where it is still to be made. */
interface KnownPlace {
  readonly placeNo: number;
  readonly container: string | null;
  readonly path: string;
}

/** Exchange allows 300 levels; more is a loop. */
const deepest = 300;

export class PlaceMap {
  /** Containers that will be made. */
  missing = 0;
  readonly #journal: RestoreJournal;
  readonly #scope: PlaceScope;
  readonly #rows: ReadonlyMap<string, CollectionRow>;
  readonly #standing: ReadonlyMap<string, TargetContainer>;
  readonly #byName: ReadonlyMap<string, TargetContainer>;
  /** By collection, and by name below a place. */
  readonly #places = new Map<string, KnownPlace>();
  readonly #named = new Map<string, KnownPlace>();

  constructor(
    journal: RestoreJournal,
    scope: PlaceScope,
    { rows, containers }: { rows: readonly CollectionRow[]; containers: readonly TargetContainer[] },
  ) {
    this.#journal = journal;
    this.#scope = scope;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    this.#standing = new Map(containers.map((each) => [each.id, each]));
    const ids = new Set(containers.map(({ id }) => id));
    this.#byName = new Map(
      containers.map((each) => [
        keyOf(each.parent !== null && ids.has(each.parent) ? each.parent : null, each.name),
        each,
      ]),
    );
  }

  /** The place of a collection. */
  placeOf(row: CollectionRow, depth = 0): KnownPlace {
    const known = this.#places.get(row.id);
    if (known !== undefined) return known;
    const place = this.#isInPlace(row) ? this.#standingPlace(row) : this.#placeBelow(row, depth);
    this.#places.set(row.id, place);
    return place;
  }

  /** The very container that it was. */
  #isInPlace({ id }: CollectionRow): boolean {
    const { account, targetAccount, location } = this.#scope;
    return location.kind === 'original' && account === targetAccount && this.#standing.has(id);
  }

  #standingPlace(row: CollectionRow): KnownPlace {
    const parent = this.#parentRow(row);
    const path = parent === undefined ? row.name : `${this.placeOf(parent).path}/${row.name}`;
    return this.#add({ parentNo: null, name: row.name, path, container: row.id });
  }

  #placeBelow(row: CollectionRow, depth: number): KnownPlace {
    const parentRow = depth > deepest ? undefined : this.#parentRow(row);
    const parent = parentRow === undefined ? this.#root() : this.placeOf(parentRow, depth + 1);
    return this.#child(parent, row.name);
  }

  #parentRow({ parent }: CollectionRow): CollectionRow | undefined {
    return parent === null ? undefined : this.#rows.get(parent);
  }

  /** Undefined for the top of the account. */
  #root(): KnownPlace | undefined {
    const { location } = this.#scope;
    return location.kind === 'original' ? undefined : this.#child(undefined, location.name);
  }

  /** What bears the name there, or is to be made; two collections of one name share it, as Microsoft 365 wants it. */
  #child(parent: KnownPlace | undefined, name: string): KnownPlace {
    const key = keyOf(parent === undefined ? null : String(parent.placeNo), name);
    const known = this.#named.get(key);
    if (known !== undefined) return known;
    const mayStand = parent === undefined || parent.container !== null;
    const standing = mayStand ? this.#byName.get(keyOf(parent?.container ?? null, name)) : undefined;
    const path = parent === undefined ? name : `${parent.path}/${name}`;
    const place = this.#add({
      parentNo: parent?.placeNo ?? null,
      name,
      path,
      container: standing?.id ?? null,
    });
    this.#named.set(key, place);
    return place;
  }

  #add(place: {
    readonly parentNo: number | null;
    readonly name: string;
    readonly path: string;
    readonly container: string | null;
  }): KnownPlace {
    const { account, workload, targetAccount } = this.#scope;
    const state = place.container === null ? 'missing' : 'standing';
    if (place.container === null) this.missing += 1;
    const placeNo = this.#journal.addPlace({ account, workload, targetAccount, ...place, state });
    return { placeNo, container: place.container, path: place.path };
  }
}

/** Microsoft 365 tells no two names apart by letters' size or by spaces around them. */
export const nameKey = (name: string): string => name.trim().toLowerCase();

const keyOf = (parent: string | null, name: string): string => `${parent ?? ''}\n${nameKey(name)}`;

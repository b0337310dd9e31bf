/** Makes the containers that a plan needs, each when its turn comes. */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { Place, RestoreJournal } from '../../journal/restore-journal.ts';
import type { RestoreTarget } from '../../workloads/restore-target.ts';

export class PlaceMaker {
  readonly #journal: RestoreJournal;
  /** As they were when the work began. */
  readonly #places: ReadonlyMap<number, Place>;
  readonly #containers = new Map<number, string>();

  constructor(journal: RestoreJournal, places: readonly Place[]) {
    this.#journal = journal;
    this.#places = new Map(places.map((place) => [place.placeNo, place]));
  }

  /** The id of a place's container, which is made where it is missing. */
  async containerOf(place: Place, target: RestoreTarget): Promise<string> {
    const known = this.#containers.get(place.placeNo) ?? place.container;
    if (known !== null) return known;
    const parentPlace = place.parentNo === null ? undefined : this.#places.get(place.parentNo);
    const parent = parentPlace === undefined ? null : await this.containerOf(parentPlace, target);
    const container = await this.#make(place, { parent, target });
    this.#containers.set(place.placeNo, container);
    return container;
  }

  async #make(
    { placeNo, name, state }: Place,
    { parent, target }: { parent: string | null; target: RestoreTarget },
  ): Promise<string> {
    const mark = (next: 'made' | 'standing', id: string): string => {
      this.#journal.markPlace(placeNo, next, id);
      return id;
    };
    if (state === 'making') {
      // An earlier call may have made it; in between, nobody else is likely to have.
      const found = await standingIn(target, { parent, name });
      if (found !== undefined) return mark('made', found);
    }
    this.#journal.markPlace(placeNo, 'making', null);
    try {
      return mark('made', await target.makeContainer(parent, name));
    } catch (error) {
      if (!isAppError(error) || (error.code !== 'name-taken' && !error.retryable)) throw error;
      const found = await standingIn(target, { parent, name });
      if (found === undefined) throw error;
      return mark(error.code === 'name-taken' ? 'standing' : 'made', found);
    }
  }
}

/** A container by its name below another one, or at the top. */
async function standingIn(
  target: RestoreTarget,
  { parent, name }: { parent: string | null; name: string },
): Promise<string | undefined> {
  const all = await target.containers();
  const ids = new Set(all.map(({ id }) => id));
  const key = name.toLowerCase();
  const isThere = (above: string | null): boolean =>
    parent === null ? above === null || !ids.has(above) : above === parent;
  return all.find((each) => isThere(each.parent) && each.name.toLowerCase() === key)?.id;
}

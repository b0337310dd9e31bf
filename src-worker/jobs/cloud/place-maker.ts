/** Makes the containers that a plan needs, each when its turn comes. */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { Place, RestoreJournal } from '../../journal/restore-journal.ts';
import type { CloudTarget } from '../../workloads/cloud-target.ts';
import { makeOnce, type Patience } from './make-once.ts';
import { nameKey } from './place-map.ts';

export class PlaceMaker {
  readonly #journal: RestoreJournal;
  /** As they were when the work began. */
  readonly #places: ReadonlyMap<number, Place>;
  readonly #patience: Patience;
  readonly #containers = new Map<number, string>();

  constructor(journal: RestoreJournal, places: readonly Place[], patience: Patience) {
    this.#journal = journal;
    this.#patience = patience;
    this.#places = new Map(places.map((place) => [place.placeNo, place]));
  }

  /** The id of a place's container, which is made where it is missing. */
  async containerOf(place: Place, target: CloudTarget): Promise<string> {
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
    { parent, target }: { parent: string | null; target: CloudTarget },
  ): Promise<string> {
    this.#journal.markPlace(placeNo, 'making', null);
    const once = {
      make: () => target.makeContainer(parent, name),
      find: () => standingIn(target, { parent, name }),
      // Between two attempts nobody else is likely to have made one of this name.
      isAgain: state === 'making',
    };
    try {
      const container = await makeOnce(once, this.#patience);
      this.#journal.markPlace(placeNo, 'made', container);
      return container;
    } catch (error) {
      const found = isAppError(error, 'name-taken') ? await once.find() : undefined;
      if (found === undefined) throw error;
      // Somebody made it since the restore was planned, so undoing leaves it.
      this.#journal.markPlace(placeNo, 'standing', found);
      return found;
    }
  }
}

/** A container by its name below another one, or at the top. */
async function standingIn(
  target: CloudTarget,
  { parent, name }: { parent: string | null; name: string },
): Promise<string | undefined> {
  const all = await target.containers();
  const ids = new Set(all.map(({ id }) => id));
  const key = nameKey(name);
  const isThere = (above: string | null): boolean =>
    parent === null ? above === null || !ids.has(above) : above === parent;
  return all.find((each) => isThere(each.parent) && nameKey(each.name) === key)?.id;
}

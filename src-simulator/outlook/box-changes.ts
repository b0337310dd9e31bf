/**
 * The changes that every Outlook area can make: items created, edited, deleted and moved, containers created, renamed
 * and deleted. What is told of one: `user`, and `item`, `container`, `from`, `to` as immutable ids.
 */
import type { Dice } from '../chance.ts';
import type { Area } from '../graph/area.ts';
import type { BoxStore } from './box-store.ts';
import type { ContainerState, ItemBox, ItemState } from './item-box.ts';

/** What Outlook allows in an area. */
export interface ChangeRules {
  /** False for containers whose items belong to somebody else, such as holidays. */
  readonly isEditable: (container: ContainerState) => boolean;
  /** False for containers that cannot be renamed or deleted. */
  readonly isOrdinary: (container: ContainerState) => boolean;
  /** Parent of a new container. */
  readonly parentOf: (dice: Dice, box: ItemBox) => number;
  readonly newName: (box: ItemBox) => string;
}

export interface Scene {
  readonly box: ItemBox;
  readonly dice: Dice;
}

type Told = Readonly<Record<string, unknown>>;
type BoxChange = (scene: Scene) => Told | null;

const attempts = 200;

export const itemName = (box: ItemBox, state: ItemState): string => box.idOf(state, true);

/** An item of a container that satisfies `isEditable`; null when there seems to be none. */
export function pickItem(
  { box, dice }: Scene,
  isSuitable: (state: ItemState, container: ContainerState) => boolean,
): ItemState | null {
  for (let i = 0; i < attempts && box.itemCount > 0; i += 1) {
    const state = box.item(dice.below(box.itemCount));
    const container = state && !state.isDeleted ? box.container(state.container) : null;
    if (state && container && isSuitable(state, container)) return state;
  }
  return null;
}

function pickContainer({ box, dice }: Scene, isSuitable: (container: ContainerState) => boolean) {
  const found = box.containers().filter(isSuitable);
  return found.length === 0 ? null : dice.pick(found);
}

function itemChanges(rules: ChangeRules): Record<string, BoxChange> {
  const pick = (scene: Scene) => pickItem(scene, (_state, container) => rules.isEditable(container));
  const told = (box: ItemBox, state: ItemState) => ({
    item: itemName(box, state),
    container: box.ids.container(state.container),
  });
  return {
    created: (scene) => {
      const container = pickContainer(scene, rules.isEditable);
      return container && told(scene.box, scene.box.createItem(container.number));
    },
    edited: (scene) => {
      const state = pick(scene);
      return state && told(scene.box, scene.box.changeItem(state.number, { version: state.version + 1 }));
    },
    moved: (scene) => {
      const state = pick(scene);
      const target =
        state && pickContainer(scene, (one) => rules.isEditable(one) && one.number !== state.container);
      if (!target) return null;
      const { box } = scene;
      box.changeItem(state.number, { container: target.number });
      const [from, to] = [box.ids.container(state.container), box.ids.container(target.number)];
      return { item: itemName(box, state), from, to };
    },
    deleted: (scene) => {
      const state = pick(scene);
      return state && told(scene.box, scene.box.changeItem(state.number, { isDeleted: true }));
    },
  };
}

function containerChanges(rules: ChangeRules): Record<string, BoxChange> {
  return {
    containersCreated: ({ box, dice }) => {
      const made = box.createContainer(rules.parentOf(dice, box), rules.newName(box));
      return { container: box.ids.container(made.number) };
    },
    containersRenamed: (scene) => {
      const container = pickContainer(scene, rules.isOrdinary);
      if (!container) return null;
      const name = `${container.name.slice(0, 40)} (${scene.dice.below(1_000)})`;
      scene.box.renameContainer(container.number, name);
      return { container: scene.box.ids.container(container.number) };
    },
    containersDeleted: (scene) => {
      const container = pickContainer(scene, rules.isOrdinary);
      if (!container) return null;
      scene.box.deleteContainer(container.number);
      return { container: scene.box.ids.container(container.number) };
    },
  };
}

/** Deletes every item that a person could delete, and every container, of one mailbox or of all; returns how many. */
export function wipeBoxes(store: BoxStore, rules: ChangeRules, account: string | undefined): number {
  const { directory } = store.organization;
  const accounts =
    account === undefined
      ? Array.from({ length: directory.size }, (_, i) => directory.person(i).id)
      : [account];
  return accounts.reduce((sum, id) => sum + wipeBox(store.boxOf(id), rules), 0);
}

function wipeBox(box: ItemBox | null, { isEditable, isOrdinary }: ChangeRules): number {
  if (!box) return 0;
  const containers = box.containers();
  const items = containers.filter(isEditable).flatMap(({ number }) => box.items(number));
  for (const { number } of items) box.changeItem(number, { isDeleted: true });
  const own = containers.filter(isOrdinary);
  for (const { number } of own) if (box.container(number)) box.deleteContainer(number);
  return items.length + own.length;
}

function pickBox(store: BoxStore, dice: Dice, account: string | undefined): ItemBox | null {
  if (account !== undefined) return store.boxOf(account);
  const { directory } = store.organization;
  for (let i = 0; i < attempts; i += 1) {
    const person = directory.person(dice.below(directory.size));
    if (person.mailbox === 'cloud') return store.box(person);
  }
  return null;
}

/** The changes of an area: those of all areas and its own. */
export function boxChanges(
  store: BoxStore,
  rules: ChangeRules,
  own: Readonly<Record<string, BoxChange>> = {},
): Area['changes'] {
  const all = { ...itemChanges(rules), ...containerChanges(rules), ...own };
  return Object.fromEntries(
    Object.entries(all).map(([kind, change]) => [
      kind,
      (dice: Dice, account: string | undefined) => {
        const box = pickBox(store, dice, account);
        const told = box && change({ box, dice });
        return told && { user: store.organization.directory.person(box.mailbox).id, ...told };
      },
    ]),
  );
}

/** A day in the sites: lists, items and pages come, change and go. */
import type { Dice } from '../chance.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import { pageIdOf } from './page-json.ts';
import { listIdOf } from './list-source.ts';
import type { Entries, EntryState, ListState, SiteContent } from './site-content.ts';
import { plannedLists, type PlannedSite } from './site-plan.ts';
import type { SiteStore } from './site-store.ts';

interface Scene {
  organization: Organization;
  store: SiteStore;
  site: PlannedSite;
  content: SiteContent;
  dice: Dice;
}

type Change = (scene: Scene) => Readonly<Record<string, string>> | null;

const attempts = 100;

/** Site of an id, or any that is neither personal nor locked. */
function pickSite(store: SiteStore, dice: Dice, account: string | undefined): PlannedSite | null {
  const { sites } = store.plan;
  if (account !== undefined) {
    const site = store.plan.find(account);
    return site && !site.isLocked && !site.person ? site : null;
  }
  for (let i = 0; i < attempts && sites.length > 0; i += 1) {
    const site = dice.pick(sites);
    if (!site.isLocked) return site;
  }
  return null;
}

const isRows = ({ number }: ListState): boolean =>
  number === plannedLists.inventory ||
  number === plannedLists.tasks ||
  number === plannedLists.partners ||
  number >= plannedLists.firstCreated;

function pickList({ content, dice }: Scene, isWanted: (list: ListState) => boolean): ListState | null {
  const lists = content.listStates().filter(isWanted);
  return lists.length === 0 ? null : dice.pick(lists);
}

function pickEntry(entries: Entries, dice: Dice): EntryState | null {
  for (let i = 0; i < attempts && entries.count > 0; i += 1) {
    const state = entries.get(1 + dice.below(entries.count));
    if (state && !state.isDeleted) return state;
  }
  return null;
}

const toldList = ({ organization, site }: Scene, list: ListState) => ({
  list: listIdOf(organization.options.seed, site, list.number),
});

/** Changes an entry of a list; pages have no columns that somebody could add. */
type EntryChange = (entries: Entries, dice: Dice, columns: number) => EntryState | null;

const inRows =
  (change: EntryChange): Change =>
  (scene) => {
    const list = pickList(scene, isRows);
    const item = list && change(scene.content.items(list.number), scene.dice, list.addedColumns);
    return list && item && { ...toldList(scene, list), item: String(item.number) };
  };

const alter =
  (change: (state: EntryState, columns: number) => Partial<EntryState>): EntryChange =>
  (entries, dice, columns) => {
    const state = pickEntry(entries, dice);
    return state && entries.change(state, change(state, columns));
  };
const edit = alter((state, columns) => ({ edits: state.edits + 1, columns }));
const remove = alter(() => ({ isDeleted: true }));

const inPages =
  (change: EntryChange): Change =>
  ({ organization, site, content, dice }) => {
    const page = change(content.pages, dice, 0);
    return page && { page: pageIdOf(organization, site, page.number) };
  };

const inLists =
  (change: (scene: Scene) => ListState | null): Change =>
  (scene) => {
    const list = change(scene);
    return list && toldList(scene, list);
  };

const kinds: Readonly<Record<string, Change>> = {
  listCreated: inLists(({ content }) => {
    const list = content.createList();
    if (list) for (let i = 0; i < 3; i += 1) content.items(list.number).create();
    return list;
  }),
  listDeleted: inLists((scene) => {
    const list = pickList(
      scene,
      ({ number }) =>
        number >= plannedLists.partners &&
        number !== plannedLists.users &&
        number !== plannedLists.masterPages,
    );
    return list && scene.content.changeList(list, { isDeleted: true });
  }),
  columnAdded: inLists((scene) => {
    const list = pickList(scene, isRows);
    return list && scene.content.changeList(list, { addedColumns: list.addedColumns + 1 });
  }),
  listRenamed: inLists((scene) => {
    const list = pickList(scene, isRows);
    const title = `Umbenannt ${scene.dice.below(1_000)} "Q&A" #1 100%: äöü <品質> '`;
    return list && scene.content.changeList(list, { title });
  }),
  itemCreated: inRows((items, _, columns) => items.create(columns)),
  itemEdited: inRows(edit),
  itemDeleted: inRows(remove),
  pageCreated: inPages((pages) => pages.create()),
  pageEdited: inPages(edit),
  pageDeleted: inPages(remove),
  renamed: ({ store, site, dice }) => {
    store.rename(site, `${site.title} (${dice.below(1_000)})`);
    return {};
  },
};

/** The changes of the area, by kind. */
export function siteChanges(organization: Organization, store: SiteStore): Area['changes'] {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, change]) => [
      kind,
      (dice: Dice, account: string | undefined) => {
        const site = pickSite(store, dice, account);
        const done = site && change({ organization, store, site, content: store.content(site), dice });
        return site && done && { site: store.plan.idOf(site), ...done };
      },
    ]),
  );
}

/** A day in the drives: files and folders come, change, move and go, and are shared. */
import type { Dice } from '../chance.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { Drive, ItemState } from './drive.ts';
import { fileFormats } from './file-formats.ts';
import { idOfDrive, idOfItem } from './item-json.ts';

interface Scene {
  drive: Drive;
  dice: Dice;
}

/** What a change tells: ids of the item and of folders concerned. Null when nothing suitable was found. */
type Change = (scene: Scene) => Readonly<Record<string, string>> | null;

const attempts = 200;

/** Drives of an account (a person's id or name, or a site's id), or of anybody. */
function pickDrive(organization: Organization, dice: Dice, account: string | undefined): Drive | null {
  const { directory, drives, sites } = organization;
  if (account !== undefined) {
    const open = drivesOf(organization, account).filter((drive) => !drives.isLocked(drive));
    return open.length === 0 ? null : dice.pick(open);
  }
  for (let i = 0; i < attempts; i += 1) {
    const place = dice.below(directory.size + sites.sites.length);
    const found =
      place < directory.size
        ? drives.ofPerson(directory.person(place))
        : drives.ofSite(place - directory.size)[0];
    if (found && !drives.isLocked(found)) return found;
  }
  return null;
}

/** The OneDrive of a person or the libraries of a site; nothing for a stranger. */
export function drivesOf(organization: Organization, account: string): Drive[] {
  const person = organization.directory.find(account);
  const own = person && organization.drives.ofPerson(person);
  if (own) return [own];
  const site = organization.sites.find(account);
  return site ? organization.drives.ofSite(site.number) : [];
}

/** An item that exists and is not the root; notebooks and what is in them are left alone. */
function pickItem({ drive, dice }: Scene, isWanted: (state: ItemState) => boolean): ItemState | null {
  for (let i = 0; i < attempts; i += 1) {
    const state = drive.item(1 + dice.below(Math.max(1, drive.itemCount - 1)));
    if (!state || !drive.isReachable(state) || !isWanted(state)) continue;
    if (![state.number, state.parent].some((number) => drive.plan.isNotebook(number))) return state;
  }
  return null;
}

const pickFile = (scene: Scene) =>
  pickItem(scene, (state) => !state.isFolder && !scene.drive.plan.isMalware(state.number));
const pickFolder = (scene: Scene) => pickItem(scene, (state) => state.isFolder);

const told = ({ drive }: Scene, state: ItemState) => ({
  drive: idOfDrive(drive),
  item: idOfItem(drive, state.number),
});

/** The name with a number in it, the suffix kept. */
function otherName(state: ItemState, dice: Dice): string {
  const dot = state.isFolder ? -1 : state.name.lastIndexOf('.');
  const stem = (dot > 0 ? state.name.slice(0, dot) : state.name).slice(0, 60);
  return `${stem} (${dice.below(100_000)})${dot > 0 ? state.name.slice(dot) : ''}`;
}

const createFile: Change = (scene) => {
  const { drive, dice } = scene;
  const parent = pickFolder(scene)?.number ?? 0;
  const { suffix } = dice.pick(fileFormats);
  return told(scene, drive.create(parent, `Neu ${drive.itemCount}.${suffix}`, false));
};

const createFolder: Change = (scene) => {
  const { drive } = scene;
  const parent = pickFolder(scene)?.number ?? 0;
  return told(scene, drive.create(parent, `Neuer Ordner ${drive.itemCount}`, true));
};

const alter =
  (
    pick: (scene: Scene) => ItemState | null,
    change: (state: ItemState, dice: Dice) => Partial<ItemState>,
  ): Change =>
  (scene) => {
    const state = pick(scene);
    return state && told(scene, scene.drive.change(state.number, change(state, scene.dice)));
  };

const move =
  (pick: (scene: Scene) => ItemState | null): Change =>
  (scene) => {
    const { drive } = scene;
    const state = pick(scene);
    const target = pickFolder(scene)?.number ?? 0;
    const above = [target, ...drive.ancestors(drive.item(target) as ItemState).map((one) => one.number)];
    if (!state || target === state.parent || above.includes(state.number)) return null;
    drive.change(state.number, { parent: target });
    const places = { from: idOfItem(drive, state.parent), to: idOfItem(drive, target) };
    return { ...told(scene, state), ...places };
  };

const remove =
  (pick: (scene: Scene) => ItemState | null): Change =>
  (scene) => {
    const state = pick(scene);
    if (!state) return null;
    scene.drive.delete(state.number);
    return told(scene, state);
  };

const rename = (state: ItemState, dice: Dice) => ({ name: otherName(state, dice) });

/** Versions that a file keeps beside the present one when its library keeps few. */
const keptWhenTrimmed = 2;

/** An edit in a library that keeps few versions. */
const editAndTrim: Change = (scene) => {
  const { drive } = scene;
  const state = pickFile(scene);
  if (!state) return null;
  const edits = state.edits + 1;
  const newest = drive.versionCount({ ...state, edits });
  const purged = Math.max(state.purged, newest - 1 - keptWhenTrimmed);
  return told(scene, drive.change(state.number, { edits, purged }));
};

const kinds: Readonly<Record<string, Change>> = {
  created: createFile,
  trimmed: editAndTrim,
  edited: alter(pickFile, (state) => ({ edits: state.edits + 1 })),
  renamed: alter(pickFile, rename),
  moved: move(pickFile),
  deleted: remove(pickFile),
  foldersCreated: createFolder,
  foldersRenamed: alter(pickFolder, rename),
  foldersMoved: move(pickFolder),
  foldersDeleted: remove(pickFolder),
  shared: alter(pickFile, (state) => ({ shares: state.shares + 1 })),
};

/** The changes of the area, by kind. */
export function driveChanges(organization: Organization): Area['changes'] {
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, change]) => [
      kind,
      (dice: Dice, account: string | undefined) => {
        const drive = pickDrive(organization, dice, account);
        return drive && change({ drive, dice });
      },
    ]),
  );
}

/**
 * A day in the organization: new, edited, read, moved and deleted mail, new, renamed and deleted folders, as many as
 * asked for, spread over mailboxes by a seed. Reports what was really done.
 */
import { z } from 'zod';
import { Dice } from '../chance.ts';
import type { Organization } from '../graph/graph-call.ts';
import { lastWellKnownFolder } from '../mail/folder-plan.ts';
import { folderId, immutableMessageId } from '../mail/ids.ts';
import type { FolderState, Mailbox, MessageState } from '../mail/mailbox.ts';

const count = z.number().int().nonnegative().default(0);

/** How many changes of each kind; `user` (id or principal name) confines them to one mailbox. */
export const changesSchema = z.object({
  seed: z.number().int().default(1),
  user: z.string().optional(),
  created: count,
  edited: count,
  read: count,
  moved: count,
  deleted: count,
  /** A person deletes it for good: it moves to Deletions, below Recoverable Items. */
  recoverable: count,
  /** It moves from there to Purges, as on hold. */
  purged: count,
  /** It is edited on hold: what it was is kept as an item of Versions. */
  versioned: count,
  foldersCreated: count,
  foldersRenamed: count,
  foldersDeleted: count,
  /** Changes of other areas, `area.kind`: count; `user` is then any account's id. */
  areas: z.record(z.string(), z.number().int().nonnegative()).default({}),
});

type ChangeRequest = z.output<typeof changesSchema>;
type Kind = Exclude<keyof ChangeRequest, 'seed' | 'user' | 'areas'>;

/** What is told of a change; areas tell what they like beside its kind. */
type MadeChange = DoneChange | Readonly<{ kind: string }>;

/** One change that was made. Ids are immutable ids; `from` and `to` are folder ids. */
interface DoneChange {
  kind: Kind;
  user: string;
  message?: string;
  folder?: string;
  from?: string;
  to?: string;
}

interface Scene {
  organization: Organization;
  mailbox: Mailbox;
  dice: Dice;
}

const attempts = 200;

function pickMessage({ mailbox, dice }: Scene): MessageState | null {
  for (let i = 0; i < attempts && mailbox.messageCount > 0; i += 1) {
    const state = mailbox.message(dice.below(mailbox.messageCount));
    const isSeen = state && !state.isDeleted && !mailbox.isRecoverable(state.folder);
    if (isSeen && mailbox.folder(state.folder)) return state;
  }
  return null;
}

/** A folder; `isOrdinary` leaves out the well-known and the hidden ones. */
function pickFolder({ mailbox, dice }: Scene, isOrdinary: boolean): FolderState | null {
  const folders = mailbox
    .folders()
    .filter(({ number }) => !mailbox.isRecoverable(number))
    .filter((folder) => !isOrdinary || (folder.number > lastWellKnownFolder && !folder.isHidden));
  return folders.length === 0 ? null : dice.pick(folders);
}

const messageName = ({ mailbox }: Scene, state: MessageState) =>
  immutableMessageId(mailbox.world.seed, { mailbox: mailbox.number, message: state.number });
const folderName = ({ mailbox }: Scene, number: number) =>
  folderId(mailbox.world.seed, mailbox.number, number);

type Change = (scene: Scene) => Omit<DoneChange, 'kind' | 'user'> | null;

const move: Change = (scene) => {
  const state = pickMessage(scene);
  const target = pickFolder(scene, false);
  if (!state || !target || target.number === state.folder) return null;
  scene.mailbox.changeMessage(state.number, { folder: target.number });
  if (scene.organization.faults.strikes('moveShowsOnlyRemoval'))
    scene.mailbox.hideArrival(target.number, state.number);
  return {
    message: messageName(scene, state),
    from: folderName(scene, state.folder),
    to: folderName(scene, target.number),
  };
};

const alter =
  (change: (state: MessageState) => Parameters<Mailbox['changeMessage']>[1]): Change =>
  (scene) => {
    const state = pickMessage(scene);
    if (!state) return null;
    scene.mailbox.changeMessage(state.number, change(state));
    return { message: messageName(scene, state), folder: folderName(scene, state.folder) };
  };

function moveTo(scene: Scene, state: MessageState, folder: number): Omit<DoneChange, 'kind' | 'user'> {
  scene.mailbox.changeMessage(state.number, { folder });
  const [from, to] = [folderName(scene, state.folder), folderName(scene, folder)];
  return { message: messageName(scene, state), from, to };
}

const changes: Readonly<Record<Kind, Change>> = {
  created: (scene) => {
    const folder = pickFolder(scene, false);
    if (!folder) return null;
    const state = scene.mailbox.createMessage(folder.number);
    return { message: messageName(scene, state), folder: folderName(scene, folder.number) };
  },
  edited: alter((state) => ({ version: state.version + 1 })),
  read: alter((state) => ({ isRead: !state.isRead })),
  moved: move,
  deleted: alter(() => ({ isDeleted: true })),
  recoverable: (scene) => {
    const state = pickMessage(scene);
    return state && moveTo(scene, state, scene.mailbox.recoverable.deletions);
  },
  purged: (scene) => {
    const { deletions, purges } = scene.mailbox.recoverable;
    const [state] = scene.mailbox.page(deletions, 0, 1).messages;
    return state ? moveTo(scene, state, purges) : null;
  },
  versioned: (scene) => {
    const edited = pickMessage(scene);
    if (!edited) return null;
    scene.mailbox.changeMessage(edited.number, { version: edited.version + 1 });
    const { versions } = scene.mailbox.recoverable;
    const kept = scene.mailbox.createMessage(versions);
    return { message: messageName(scene, kept), folder: folderName(scene, versions) };
  },
  foldersCreated: (scene) => {
    const parent = scene.dice.unit() < 0.5 ? 0 : (pickFolder(scene, true)?.number ?? 0);
    const folder = scene.mailbox.createFolder(parent, `Neuer Ordner ${scene.mailbox.folderCount}`);
    return { folder: folderName(scene, folder.number) };
  },
  foldersRenamed: (scene) => {
    const folder = pickFolder(scene, true);
    if (!folder) return null;
    scene.mailbox.renameFolder(folder.number, `${folder.name.slice(0, 40)} (${scene.dice.below(1_000)})`);
    return { folder: folderName(scene, folder.number) };
  },
  foldersDeleted: (scene) => {
    const folder = pickFolder(scene, true);
    if (!folder) return null;
    scene.mailbox.deleteFolder(folder.number);
    return { folder: folderName(scene, folder.number) };
  },
};
const kinds = Object.keys(changes) as Kind[];

function pickMailbox(organization: Organization, dice: Dice, user: string | undefined): Mailbox | null {
  if (user !== undefined) {
    const person = organization.directory.find(user);
    return person?.mailbox === 'cloud' ? organization.mail.mailbox(person.number) : null;
  }
  for (let i = 0; i < attempts; i += 1) {
    const person = organization.directory.person(dice.below(organization.directory.size));
    if (person.mailbox === 'cloud') return organization.mail.mailbox(person.number);
  }
  return null;
}

function applyAreaChanges(
  { areas }: Organization,
  { areas: counts, user }: ChangeRequest,
  dice: Dice,
): MadeChange[] {
  const done: MadeChange[] = [];
  for (const [name, count] of Object.entries(counts)) {
    const [areaName, kind = ''] = name.split('.');
    const change = areas.find((area) => area.name === areaName)?.changes[kind];
    if (!change) throw new RangeError(`there are no changes of the kind ${name}`);
    for (let i = 0; i < count; i += 1) {
      const made = change(dice, user);
      if (made) done.push({ ...made, kind: name });
    }
  }
  return done;
}

export function applyChanges(
  organization: Organization,
  request: ChangeRequest,
): { counts: Record<string, number>; changes: MadeChange[] } {
  const dice = new Dice(request.seed);
  const done: MadeChange[] = [];
  for (const kind of kinds) {
    for (let i = 0; i < request[kind]; i += 1) {
      const mailbox = pickMailbox(organization, dice, request.user);
      const change = mailbox && changes[kind]({ organization, mailbox, dice });
      if (mailbox && change)
        done.push({ kind, user: organization.directory.person(mailbox.number).id, ...change });
    }
  }
  done.push(...applyAreaChanges(organization, request, dice));
  const counts: Record<string, number> = {};
  for (const { kind } of done) counts[kind] = (counts[kind] ?? 0) + 1;
  return { counts, changes: done };
}

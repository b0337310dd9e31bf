/**
 * In-place archives: mailboxes of their own, which the import and export interface reaches in beta, and nothing else of
 * Graph at all. Every second person has one.
 */
import { mix, type Dice } from '../chance.ts';
import type { Person } from '../directory/people.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import { Mailbox, type MessageState } from '../mail/mailbox.ts';
import {
  exportRoute,
  exportTruth,
  isExchangeMailbox,
  isExchangeSettings,
  settingsRoute,
} from './export-operations.ts';
import { primaryMailboxId } from './export-area.ts';

const prefix = 'MBX:archive-';
const archiveSeed = 0xa4c_417e;
const attempts = 200;

const archiveMailboxId = (person: Person): string => `${prefix}${person.id}@nordlicht`;

class ArchiveStore {
  readonly #organization: Organization;
  readonly #archives = new Map<number, Mailbox>();

  constructor(organization: Organization) {
    this.#organization = organization;
  }

  /** The archive of a person; null where there is none. */
  of(person: Person | null): Mailbox | null {
    const { options, mail } = this.#organization;
    const count = options.messagesPerArchive ?? (options.profile === 'sample' ? 60 : 0);
    if (person?.mailbox !== 'cloud' || person.number % 2 !== 0 || count === 0) return null;
    const world = { ...mail.world, seed: mix(mail.world.seed, archiveSeed) };
    const archive = this.#archives.get(person.number) ?? new Mailbox(world, person.number, count);
    this.#archives.set(person.number, archive);
    return archive;
  }

  find(account: string | undefined): Mailbox | null {
    return this.of(account === undefined ? null : this.#organization.directory.find(account));
  }
}

function pick(archive: Mailbox, dice: Dice): MessageState | null {
  for (let i = 0; i < attempts && archive.messageCount > 0; i += 1) {
    const state = archive.message(dice.below(archive.messageCount));
    if (state && !state.isDeleted) return state;
  }
  return null;
}

type ArchiveChange = (archive: Mailbox, dice: Dice) => MessageState | null;

const changes: Readonly<Record<string, ArchiveChange>> = {
  created: (archive, dice) => archive.createMessage(dice.pick(archive.folders()).number),
  edited: (archive, dice) => {
    const state = pick(archive, dice);
    return state && archive.changeMessage(state.number, { version: state.version + 1 });
  },
  moved: (archive, dice) => {
    const state = pick(archive, dice);
    return state && archive.changeMessage(state.number, { folder: dice.pick(archive.folders()).number });
  },
  deleted: (archive, dice) => {
    const state = pick(archive, dice);
    return state && archive.changeMessage(state.number, { isDeleted: true });
  },
};

export function createArchiveArea(organization: Organization): Area {
  const store = new ArchiveStore(organization);
  const personOf = (id: string): Person | null => {
    const person = organization.directory.find(id.slice(prefix.length).split('@')[0] ?? '');
    return person !== null && archiveMailboxId(person) === id ? person : null;
  };
  const idsOf = (person: Person) => ({
    primaryMailboxId: primaryMailboxId(person),
    inPlaceArchiveMailboxId: store.of(person) ? archiveMailboxId(person) : null,
  });
  return {
    name: 'archive',
    route(call) {
      if (call.segments[0] !== 'beta') return null;
      const segments = call.segments.slice(1);
      if (isExchangeSettings(segments))
        return settingsRoute(organization, call, { user: segments[1] ?? '', idsOf });
      if (!isExchangeMailbox(segments)) return null;
      const person = personOf(segments[3] ?? '');
      const mailbox = store.of(person);
      return (
        person && mailbox && exportRoute(organization, call, { person, mailbox, version: 'beta', segments })
      );
    },
    changes: Object.fromEntries(
      Object.entries(changes).map(([kind, change]) => [
        kind,
        (dice: Dice, account: string | undefined) => {
          const archive = store.find(account);
          const state = archive && change(archive, dice);
          return state && { kind, message: state.number };
        },
      ]),
    ),
    *truth(account) {
      const archive = store.find(account);
      if (archive) yield* exportTruth(archive);
    },
    expireDelta(account) {
      const archive = store.find(account);
      if (archive) archive.tokenAge += 1;
    },
  };
}

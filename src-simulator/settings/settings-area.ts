/** Settings of all mailboxes: the mailbox's own, inbox rules, categories. Paths, changes, truth. */
import { mix, type Dice } from '../chance.ts';
import type { Person } from '../directory/people.ts';
import type { Area } from '../graph/area.ts';
import { findFolder, noSuchFolder } from '../graph/folder-operations.ts';
import { badRequest, type Organization } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { badSelect, entityAnswer, listAnswer, selectFrom, type Json } from '../outlook/answers.ts';
import { canonicalHash } from '../outlook/canonical.ts';
import { outlookRoute, type OutlookCall, type OutlookOperation } from '../outlook/outlook-route.ts';
import { SettingsStore, type SettingsState } from './settings-state.ts';

const areaSeed = 0x5e_77;
const inbox = 1;
const attempts = 200;

function getSettings(outlook: OutlookCall, json: Json): Answer {
  const { call, person } = outlook;
  const refusal =
    refuseOptions(call, ['select']) ??
    badSelect(call, (name) => Object.hasOwn(json, name), 'mailboxSettings');
  if (refusal) return refusal;
  const selected = selectFrom(json, selectedNames(call));
  return entityAnswer(outlook, `users('${person.id}')/mailboxSettings`, selected);
}

function listAll(outlook: OutlookCall, context: string, rows: readonly Json[]): Answer {
  const refusal = refuseOptions(outlook.call, ['top', 'skip', 'count']);
  return refusal ?? listAnswer(outlook, { context, rows, pageSize: 100 }, (row) => row);
}

function listRules(store: SettingsStore, outlook: OutlookCall, folderId: string): Answer {
  const { organization, call, person } = outlook;
  const folder = findFolder(organization.mail.mailbox(person.number), folderId);
  if (!folder) return noSuchFolder(call);
  if (folder.number !== inbox) return badRequest(call, 'Rules are supported for the inbox only.');
  const context = `users('${person.id}')/mailFolders('inbox')/messageRules`;
  return listAll(outlook, context, store.rulesJson(store.of(person)));
}

function findOperation(store: SettingsStore, outlook: OutlookCall): OutlookOperation {
  const { person, segments } = outlook;
  const [first, second = ''] = segments;
  if (first === 'mailboxSettings')
    return {
      operation: 'users.GetMailboxSettings',
      run: () => getSettings(outlook, store.settingsJson(store.of(person))),
    };
  if (first === 'mailFolders')
    return {
      operation: 'users.mailFolders.ListMessageRules',
      run: () => listRules(store, outlook, second),
    };
  return {
    operation: 'users.outlook.ListMasterCategories',
    run: () =>
      listAll(
        outlook,
        `users('${person.id}')/outlook/masterCategories`,
        store.categoriesJson(store.of(person)),
      ),
  };
}

function owns(segments: readonly string[]): boolean {
  const first = segments[2];
  if (first === 'mailboxSettings') return segments.length === 3;
  if (segments.length !== (first === 'mailFolders' ? 5 : 4)) return false;
  return first === 'mailFolders'
    ? segments[4] === 'messageRules'
    : first === 'outlook' && segments[3] === 'masterCategories';
}

type Change = (state: SettingsState, dice: Dice) => boolean;

/** Each says whether it found something to change. */
const changes: Readonly<Record<string, Change>> = {
  edited: (state) => {
    state.version += 1;
    return true;
  },
  rulesCreated: (state) => {
    state.rules.push({ number: state.given, version: 0 });
    state.given += 1;
    return true;
  },
  rulesEdited: (state, dice) => {
    const at = dice.below(state.rules.length);
    const rule = state.rules[at];
    if (rule) state.rules[at] = { ...rule, version: rule.version + 1 };
    return rule !== undefined;
  },
  rulesDeleted: (state, dice) => state.rules.splice(dice.below(state.rules.length), 1).length > 0,
  categoriesCreated: (state) => {
    state.categories.push(state.given);
    state.given += 1;
    return true;
  },
  categoriesDeleted: (state, dice) =>
    state.categories.splice(dice.below(state.categories.length), 1).length > 0,
};

function pickPerson({ directory }: Organization, dice: Dice, account: string | undefined): Person | null {
  if (account !== undefined) {
    const person = directory.find(account);
    return person?.mailbox === 'cloud' ? person : null;
  }
  for (let i = 0; i < attempts; i += 1) {
    const person = directory.person(dice.below(directory.size));
    if (person.mailbox === 'cloud') return person;
  }
  return null;
}

/** The area `settings`: three lines a mailbox, `sha256` over what GET gives (for rules and categories the array). */
export function createSettingsArea(organization: Organization): Area {
  const store = new SettingsStore(organization, mix(organization.options.seed, areaSeed));
  const made = (change: Change) => (dice: Dice, account: string | undefined) => {
    const person = pickPerson(organization, dice, account);
    return person && change(store.of(person, true), dice) ? { user: person.id } : null;
  };
  return {
    name: 'settings',
    route: (call) =>
      outlookRoute(organization, call, {
        role: 'MailboxSettings.Read',
        owns,
        find: (outlook) => findOperation(store, outlook),
      }),
    changes: Object.fromEntries(Object.entries(changes).map(([kind, change]) => [kind, made(change)])),
    *truth(account) {
      const person = organization.directory.find(account);
      if (person?.mailbox !== 'cloud') return;
      const state = store.of(person);
      const kinds = {
        mailboxSettings: store.settingsJson(state),
        messageRules: store.rulesJson(state),
        masterCategories: store.categoriesJson(state),
      };
      for (const [kind, json] of Object.entries(kinds)) yield { kind, id: kind, sha256: canonicalHash(json) };
    },
    minimum: () => 0,
    // Mailbox settings, rules and categories: an operation each, and no delta.
    withoutDelta: (account) => (organization.directory.find(account)?.mailbox === 'cloud' ? 3 : 0),
    expireDelta: () => undefined,
  };
}

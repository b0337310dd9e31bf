/** What a person has set: working hours and automatic replies, inbox rules, categories. Only what changed is kept. */
import { Dice, mix } from '../chance.ts';
import { objectIdOf } from '../directory/object-id.ts';
import type { Person } from '../directory/people.ts';
import type { Organization } from '../graph/graph-call.ts';
import { folderId } from '../mail/ids.ts';
import type { Json } from '../outlook/answers.ts';

interface Rule {
  readonly number: number;
  readonly version: number;
}

/** Settings of one mailbox. */
export interface SettingsState {
  readonly person: Person;
  /** Grows with changes of the mailbox settings. */
  version: number;
  rules: Rule[];
  /** Numbers of categories, in order. */
  categories: number[];
  /** Numbers given out so far. */
  given: number;
}

const categoryKind = 41;
const ruleFolders = 6;
const locales = { de: 'de-DE', fr: 'fr-FR', ja: 'ja-JP', ru: 'ru-RU', ar: 'ar-MA', en: 'en-GB' } as const;
const zones = {
  de: 'W. Europe Standard Time',
  fr: 'Romance Standard Time',
  ja: 'Tokyo Standard Time',
  ru: 'Russian Standard Time',
  ar: 'Morocco Standard Time',
  en: 'GMT Standard Time',
} as const;
const categoryNames = [
  'Blue category',
  'Red category',
  'Kunde',
  'Projet',
  '重要',
  'Wichtig!',
  'Follow-up',
  'Privat',
];
const replies = ['disabled', 'disabled', 'alwaysEnabled', 'scheduled'];

export class SettingsStore {
  readonly organization: Organization;
  readonly #seed: number;
  readonly #changed = new Map<number, SettingsState>();

  constructor(organization: Organization, seed: number) {
    this.organization = organization;
    this.#seed = seed;
  }

  /** Settings of a person; `isToChange` keeps them. */
  of(person: Person, isToChange = false): SettingsState {
    const known = this.#changed.get(person.number);
    if (known) return known;
    const state = this.#planned(person);
    if (isToChange) this.#changed.set(person.number, state);
    return state;
  }

  #planned(person: Person): SettingsState {
    const { options } = this.organization;
    const dice = new Dice(mix(this.#seed, person.number));
    const usual = options.profile === 'sample' ? dice.below(6) : 0;
    const rules = options.settings.rulesPerUser ?? usual;
    const categories = options.profile === 'sample' ? 2 + dice.below(5) : 0;
    return {
      person,
      version: 0,
      rules: Array.from({ length: rules }, (_, number) => ({ number, version: 0 })),
      categories: Array.from({ length: categories }, (_, number) => number),
      given: Math.max(rules, categories),
    };
  }

  #hash(person: Person, kind: number, number: number): number {
    return mix(mix(this.#seed, kind), person.number, number);
  }

  settingsJson({ person, version }: SettingsState): Json {
    const hash = this.#hash(person, 1, version);
    const timeZone = zones[person.language];
    const day = (offset: number) => ({ dateTime: `2026-12-${offset}T08:00:00.0000000`, timeZone: 'UTC' });
    return {
      archiveFolder: null,
      timeZone,
      delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
      dateFormat: 'dd.MM.yyyy',
      timeFormat: 'HH:mm',
      userPurpose: person.purpose,
      automaticRepliesSetting: {
        status: replies[hash % replies.length],
        externalAudience: 'all',
        internalReplyMessage: version === 0 ? '' : `<html><body>Abwesend (${version})</body></html>`,
        externalReplyMessage: '',
        scheduledStartDateTime: day(20 + (hash % 4)),
        scheduledEndDateTime: day(26 + (hash % 4)),
      },
      language: { locale: locales[person.language], displayName: person.language },
      workingHours: {
        daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
        startTime: '08:00:00.0000000',
        endTime: hash % 3 === 0 ? '16:00:00.0000000' : '17:00:00.0000000',
        timeZone: { name: timeZone },
      },
    };
  }

  /** Rules in the order in which they run. */
  rulesJson({ person, rules }: SettingsState): Json[] {
    const mailSeed = this.organization.options.seed;
    return rules.map(({ number, version }, i) => {
      const hash = this.#hash(person, 2, number);
      return {
        id: Buffer.from(`rule ${hash}`).toString('base64url'),
        displayName: version === 0 ? `Regel ${number + 1}` : `Regel ${number + 1} (${version + 1})`,
        sequence: i + 1,
        isEnabled: hash % 5 !== 0,
        hasError: false,
        isReadOnly: false,
        conditions:
          hash % 2 === 0 ? { subjectContains: ['[Ticket]'] } : { senderContains: ['newsletter@', 'news@'] },
        actions: {
          moveToFolder: folderId(mailSeed, person.number, 1 + (hash % ruleFolders)),
          stopProcessingRules: hash % 3 === 0,
        },
      };
    });
  }

  categoriesJson({ person, categories }: SettingsState): Json[] {
    return categories.map((number) => ({
      id: objectIdOf(mix(this.#seed, person.number), categoryKind, number),
      displayName:
        number < categoryNames.length
          ? categoryNames[number]
          : `${categoryNames[number % 8] ?? ''} ${number}`,
      color: `preset${this.#hash(person, 3, number) % 25}`,
    }));
  }
}

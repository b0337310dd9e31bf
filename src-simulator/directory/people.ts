/**
 * The accounts of the organization: person n is a pure function of the seed and n. Holds names, languages and the
 * kind of mailbox; knows nothing of mail itself.
 */
import { ChangeBook } from '../change-book.ts';
import { mix } from '../chance.ts';
import type { ResolvedOptions } from '../options.ts';
import { numberOfObjectId, objectIdOf } from './object-id.ts';
import { namePools, type Language } from './names.ts';

type Purpose = 'user' | 'shared' | 'room' | 'equipment';

export interface Person {
  number: number;
  id: string;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  userPrincipalName: string;
  language: Language;
  jobTitle: string | null;
  department: string | null;
  officeLocation: string | null;
  isEnabled: boolean;
  isLicensed: boolean;
  /** Invited from another organization. */
  isGuest: boolean;
  purpose: Purpose;
  /** `none`: no licence, 404 on mail. `remote`: the mailbox is on-premises, 404 with another code. */
  mailbox: 'cloud' | 'none' | 'remote';
  /** Name and address as mail shows them. */
  mailAddress: MailAddress;
}

export interface MailAddress {
  name: string;
  address: string;
}

const userKind = 1;
const remembered = 16_384;
const titles = [
  'Sales Manager',
  'Engineer',
  'Accountant',
  'Buyer',
  'Team Lead',
  'Designer',
  'Analyst',
  'Head of Quality',
];
const departments = ['Sales', 'Engineering', 'Finance', 'Purchasing', 'Quality', 'Human Resources', 'Legal'];
const offices = ['Hamburg', 'Lyon', 'Tokyo', 'Leeds', 'Riga', 'Casablanca'];
const sharedNames = ['Invoices', 'Support', 'Bewerbungen', 'Comptabilité', 'Info', 'Orders & Returns'];
const roomNames = ['Room Atlantic', 'Besprechung 2.14', 'Salle Lumière', '会議室 富士'];

export class Directory {
  readonly domain: string;
  /** People at the start but for guests: what contents are made of, so it never changes. */
  readonly size: number;
  /** Which people changed in any way: what their delta tells. */
  readonly book = new ChangeBook<Partial<Person>>();
  readonly #guests: number;
  readonly #deleted = new Set<number>();
  #created = 0;
  readonly #seed: number;
  readonly #isPlain: boolean;
  /** People met lately, by number, and their numbers by id. */
  readonly #met = new Map<number, Person>();
  readonly #numbers = new Map<string, number>();

  constructor(options: ResolvedOptions) {
    this.#seed = options.seed;
    this.#isPlain = options.profile !== 'sample';
    this.size = options.users ?? (options.profile === 'sample' ? 36 : 10);
    this.#guests = options.guests;
    this.domain = 'nordlicht-maschinenbau.example';
  }

  /** Everybody there ever was; guests follow the first `size`, and who came later the guests. */
  get count(): number {
    return this.size + this.#guests + this.#created;
  }

  /** Numbers of those who are there. */
  numbers(): number[] {
    return Array.from({ length: this.count }, (_, number) => number).filter(
      (number) => !this.#deleted.has(number),
    );
  }

  isDeleted(number: number): boolean {
    return this.#deleted.has(number);
  }

  /** Somebody new, with a mailbox. */
  create(): Person {
    this.#created += 1;
    this.book.put(this.count - 1, () => ({}));
    return this.person(this.count - 1);
  }

  delete(number: number): void {
    this.#deleted.add(number);
    this.book.put(number, () => this.book.get(number) ?? {});
  }

  change(number: number, change: Partial<Person>): void {
    this.book.put(number, () => ({ ...this.book.get(number), ...change }));
    this.#numbers.clear();
  }

  /** A person as the directory has them now. What they wrote keeps the name that they had at the start. */
  now(number: number): Person {
    return { ...this.person(number), ...this.book.get(number) };
  }

  /** Person `number` as planned, 0 <= number < count. */
  person(number: number): Person {
    const known = this.#met.get(number);
    if (known) return known;
    if (this.#met.size >= remembered) this.#met.clear();
    const made = this.#make(number);
    const person = { ...made, mailAddress: { name: made.displayName, address: made.userPrincipalName } };
    this.#met.set(number, person);
    return person;
  }

  #make(number: number): Person {
    const isLate = number >= this.size;
    if (isLate && number < this.size + this.#guests) return this.#guest(number);
    if (this.#isPlain || isLate) return this.#employee(number);
    const place = number % 36;
    if (place >= 31 && place <= 33) return this.#shared(number);
    if (place >= 34) return this.#room(number);
    const person = this.#employee(number);
    if (place === 11) return { ...person, isEnabled: false };
    if (place === 17) return { ...person, mailbox: 'none', isLicensed: false };
    if (place === 23) return { ...person, mailbox: 'remote', isLicensed: false };
    return person;
  }

  /** Finds a person by GUID or user principal name (any case); null when there is none. */
  find(idOrName: string): Person | null {
    const known = this.#numbers.get(idOrName);
    if (known !== undefined) return this.#deleted.has(known) ? null : this.person(known);
    const number = idOrName.includes('@')
      ? this.#numberOfName(idOrName)
      : numberOfObjectId(this.#seed, userKind, idOrName);
    if (number < 0 || number >= this.count || this.#deleted.has(number)) return null;
    if (this.#numbers.size >= remembered) this.#numbers.clear();
    this.#numbers.set(idOrName, number);
    return this.person(number);
  }

  #numberOfName(name: string): number {
    const digits = /(\d+)[@_]/.exec(name)?.[1];
    if (digits === undefined || Number(digits) >= this.count) return -1;
    const number = Number(digits);
    return this.now(number).userPrincipalName === name.toLowerCase() ? number : -1;
  }

  #employee(number: number): Person {
    const hash = mix(mix(this.#seed, userKind), number, 77);
    const pool = namePools[hash % namePools.length] as (typeof namePools)[number];
    const given = pool.given[(hash >>> 4) % pool.given.length] as readonly [string, string];
    const family = pool.family[(hash >>> 12) % pool.family.length] as readonly [string, string];
    const fullName = pool.isFamilyFirst ? `${family[0]} ${given[0]}` : `${given[0]} ${family[0]}`;
    return {
      ...this.#blank(number),
      displayName: fullName,
      givenName: given[0],
      surname: family[0],
      userPrincipalName: `${given[1]}.${family[1]}${number}@${this.domain}`,
      language: pool.language,
      jobTitle: titles[(hash >>> 20) % titles.length] as string,
      department: departments[(hash >>> 23) % departments.length] as string,
      officeLocation: offices[(hash >>> 26) % offices.length] as string,
    };
  }

  /** Somebody of a partner, whose mailbox is there. */
  #guest(number: number): Person {
    const { displayName, givenName, surname, userPrincipalName, language } = this.#employee(number);
    const local = userPrincipalName.slice(0, userPrincipalName.indexOf('@'));
    return {
      ...this.#blank(number),
      ...{ displayName, givenName, surname, language },
      userPrincipalName: `${local}_zulieferer.example#ext#@${this.domain}`,
      isLicensed: false,
      isGuest: true,
      mailbox: 'none',
    };
  }

  #shared(number: number): Person {
    const name = sharedNames[number % sharedNames.length] as string;
    return {
      ...this.#blank(number),
      displayName: name,
      userPrincipalName: `shared${number}@${this.domain}`,
      isEnabled: false,
      isLicensed: false,
      purpose: 'shared',
    };
  }

  #room(number: number): Person {
    const name = roomNames[number % roomNames.length] as string;
    const purpose = number % 2 ? 'room' : 'equipment';
    return {
      ...this.#blank(number),
      displayName: name,
      userPrincipalName: `room${number}@${this.domain}`,
      isEnabled: false,
      isLicensed: false,
      purpose,
    };
  }

  #blank(number: number): Person {
    return {
      number,
      id: objectIdOf(this.#seed, userKind, number),
      displayName: '',
      givenName: null,
      surname: null,
      userPrincipalName: '',
      language: 'en',
      jobTitle: null,
      department: null,
      officeLocation: null,
      isEnabled: true,
      isLicensed: true,
      isGuest: false,
      purpose: 'user',
      mailbox: 'cloud',
      mailAddress: { name: '', address: '' },
    };
  }
}

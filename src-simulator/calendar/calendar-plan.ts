/** The calendars of a mailbox at the start: the primary one, a few of one's own, and those that Outlook fills itself. */
import { mix } from '../chance.ts';
import type { Language } from '../directory/names.ts';
import type { Person } from '../directory/people.ts';
import type { PlannedContainer } from '../outlook/item-box.ts';

export const primaryCalendar = 1;
const birthdayCalendar = 2;
const holidayCalendar = 3;

const names: Readonly<Record<Language, readonly [primary: string, birthdays: string, holidays: string]>> = {
  de: ['Kalender', 'Geburtstage', 'Feiertage in Deutschland'],
  fr: ['Calendrier', 'Anniversaires', 'Jours fériés - France'],
  ja: ['予定表', '誕生日', '日本の休日'],
  ru: ['Календарь', 'Дни рождения', 'Праздники России'],
  ar: ['التقويم', 'أعياد الميلاد', 'عطلات المغرب'],
  en: ['Calendar', 'Birthdays', 'United Kingdom holidays'],
};
const ownNames = ['Projekt Walzwerk', 'Team', 'Schichtplan 2026/27', 'Privé', 'a\\b:c*d?"e<f>g|h', 'CON'];

/** Containers of a calendar box; 0 is the mailbox itself, not a calendar. */
export function planCalendars(person: Person, isRich: boolean): PlannedContainer[] {
  const [primary, birthdays, holidays] = names[person.language];
  const always = [
    { parent: -1, name: '', weight: 0 },
    { parent: 0, name: primary, weight: 20 },
  ];
  if (!isRich) return always;
  const hash = mix(person.number, 4_711);
  const own = ownNames.slice(hash % 3, (hash % 3) + 1 + ((hash >>> 4) % 3));
  return [
    ...always,
    { parent: 0, name: birthdays, weight: 2 },
    { parent: 0, name: holidays, weight: 3 },
    ...own.map((name, i) => ({ parent: 0, name, weight: 6 - i })),
  ];
}

/** Calendars that Outlook fills: nobody can edit, rename or delete them. */
export const isFilledByOutlook = (calendar: number, isRich: boolean): boolean =>
  isRich && (calendar === birthdayCalendar || calendar === holidayCalendar);

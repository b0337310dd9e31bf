/** The import and export interface of v1.0: primary and shared mailboxes. They change and expire with the mail. */
import type { Person } from '../directory/people.ts';
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import {
  exportRoute,
  exportTruth,
  isExchangeMailbox,
  isExchangeSettings,
  settingsRoute,
} from './export-operations.ts';

const prefix = 'MBX:';

/** As the settings of Exchange tell it, in both versions. */
export const primaryMailboxId = (person: Person): string => `${prefix}${person.id}@nordlicht`;

export function createExportArea(organization: Organization): Area {
  const personOf = (id: string): Person | null => {
    const person = organization.directory.find(id.slice(prefix.length).split('@')[0] ?? '');
    return person?.mailbox === 'cloud' && primaryMailboxId(person) === id ? person : null;
  };
  return {
    name: 'mailbox-export',
    route(call) {
      const { segments } = call;
      if (isExchangeSettings(segments)) {
        const idsOf = (person: Person) => ({ primaryMailboxId: primaryMailboxId(person) });
        return settingsRoute(organization, call, { user: segments[1] ?? '', idsOf });
      }
      if (!isExchangeMailbox(segments)) return null;
      const person = personOf(segments[3] ?? '');
      const mailbox = person && organization.mail.mailbox(person.number);
      const about = { version: 'v1.0', segments } as const;
      return mailbox && exportRoute(organization, call, { person, mailbox, ...about });
    },
    changes: {},
    *truth(account) {
      const person = organization.directory.find(account);
      if (person?.mailbox === 'cloud') yield* exportTruth(organization.mail.mailbox(person.number));
    },
    expireDelta: () => undefined,
  };
}

/** Empties accounts, so that a test can restore everything into what was lost. What Exchange itself makes stays. */
import { z } from 'zod';
import type { Person } from '../directory/people.ts';
import type { Organization } from '../graph/graph-call.ts';
import { lastWellKnownFolder } from '../mail/folder-plan.ts';
import type { Mailbox } from '../mail/mailbox.ts';

/** One account or all of them, and one area (`mail` or the name of one) or all that can be emptied. */
export const wipeSchema = z.object({ user: z.string().optional(), area: z.string().optional() });

/** Messages for good, Recoverable Items included, and every folder that a person made. Returns how many. */
function wipeMailbox(mailbox: Mailbox): number {
  let count = 0;
  for (const { number } of mailbox.folders())
    for (let cursor: number | null = 0; cursor !== null;) {
      const page: ReturnType<Mailbox['page']> = mailbox.page(number, cursor, 1_000);
      cursor = page.next;
      for (const state of page.messages) {
        mailbox.changeMessage(state.number, { isDeleted: true });
        mailbox.written.drop(state.number);
        count += 1;
      }
    }
  const own = mailbox.folders().filter((folder) => !isKept(mailbox, folder.number));
  for (const { number } of own)
    if (mailbox.folder(number)) {
      mailbox.deleteFolder(number);
      count += 1;
    }
  return count;
}

const isKept = (mailbox: Mailbox, folder: number) =>
  folder <= lastWellKnownFolder || mailbox.isRecoverable(folder);

function peopleOf({ directory }: Organization, user: string | undefined): Person[] {
  if (user === undefined) return Array.from({ length: directory.size }, (_, i) => directory.person(i));
  const person = directory.find(user);
  return person ? [person] : [];
}

/** Wipes, and tells how many things went, by area. Throws RangeError for an area that cannot be emptied. */
export function wipe(
  organization: Organization,
  { user, area }: z.output<typeof wipeSchema>,
): { wiped: Record<string, number> } {
  const wiped: Record<string, number> = {};
  if (area === undefined || area === 'mail')
    wiped['mail'] = peopleOf(organization, user)
      .filter((person) => person.mailbox === 'cloud')
      .reduce((sum, person) => sum + wipeMailbox(organization.mail.mailbox(person.number)), 0);
  for (const { name, wipe: empty } of organization.areas)
    if (empty && (area === undefined || area === name)) wiped[name] = empty(user);
  if (Object.keys(wiped).length === 0) throw new RangeError(`the area ${area ?? ''} cannot be wiped`);
  return { wiped };
}

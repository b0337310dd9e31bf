/**
 * The fewest requests with which a backup of all people and groups learns that nothing has changed, by what the
 * organization holds now: what a client sent more than that, it need not have sent. Counted as Microsoft counts, so a
 * batch saves nothing. Of groups, only areas that say theirs are counted.
 */
import type { Mailbox } from '../mail/mailbox.ts';
import type { Organization } from '../graph/graph-call.ts';

/** The longest page of users that Graph gives. */
const directoryPage = 999;

interface Minimum {
  /** Requests by service: the areas by their names, `mail`, and `directory` for the list of users. */
  readonly requests: Readonly<Record<string, number>>;
  readonly total: number;
}

/** One delta for the tree of mail folders and one for each folder; areas say theirs. */
export function minimumOf({ directory, groups, mail, areas }: Organization): Minimum {
  const requests: Record<string, number> = { directory: Math.ceil(directory.size / directoryPage), mail: 0 };
  const add = (service: string, count: number) => {
    if (count > 0) requests[service] = (requests[service] ?? 0) + count;
  };
  for (let number = 0; number < directory.size; number += 1) {
    const person = directory.person(number);
    if (person.mailbox === 'cloud') add('mail', 1 + seenFolders(mail.mailbox(number)));
    for (const { name, minimum } of areas) if (minimum) add(name, minimum(person.id));
  }
  for (const { id } of groups.all())
    for (const { name, minimum } of areas) if (minimum) add(name, minimum(id));
  return { requests, total: Object.values(requests).reduce((sum, count) => sum + count, 0) };
}

/** Recoverable Items are no part of what a person sees. */
function seenFolders(mailbox: Mailbox): number {
  return mailbox.folders().filter(({ number }) => !mailbox.isRecoverable(number)).length;
}

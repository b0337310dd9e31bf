/**
 * The fewest requests with which a backup of everything learns that nothing has changed, by what the organization holds
 * now: what a client sent more than that, it need not have sent. Counted as Microsoft counts, so a batch saves nothing.
 */
import type { Mailbox } from '../mail/mailbox.ts';
import type { Organization } from '../graph/graph-call.ts';

/** The longest page of users, of groups and of sites that Graph gives. */
const directoryPage = 999;

interface Minimum {
  /**
   * Requests by service: one for each tree or list of containers, one for each container in it, and the pages of the
   * directory. The areas by their names, `mail`, and `directory` for the lists of users, groups and sites.
   */
  readonly requests: Readonly<Record<string, number>>;
  /** Requests for what Graph tells no changes of, so that it must be read again: {@link Area.withoutDelta} says what. */
  readonly withoutDelta: Readonly<Record<string, number>>;
}

/** One delta for the tree of mail folders and one for each folder; areas say theirs. */
export function minimumOf(organization: Organization): Minimum {
  const { directory, mail, areas } = organization;
  const requests: Record<string, number> = { directory: directoryRequests(organization), mail: 0 };
  const withoutDelta: Record<string, number> = {};
  for (let number = 0; number < directory.size; number += 1)
    if (directory.person(number).mailbox === 'cloud')
      requests['mail'] = (requests['mail'] ?? 0) + 1 + seenFolders(mail.mailbox(number));
  for (const account of accountsOf(organization))
    for (const area of areas) {
      add(requests, area.name, area.minimum?.(account));
      add(withoutDelta, area.name, area.withoutDelta?.(account));
    }
  return { requests, withoutDelta };
}

function add(counts: Record<string, number>, name: string, count: number | undefined): void {
  if (count !== undefined) counts[name] = (counts[name] ?? 0) + count;
}

/** Ids of people, groups and sites. A personal site comes with its person. */
function* accountsOf({ directory, groups, sites }: Organization): Generator<string> {
  for (let number = 0; number < directory.size; number += 1) yield directory.person(number).id;
  for (const { id } of groups.all()) yield id;
  for (const site of sites.sites) yield sites.idOf(site);
}

/** The pages of three lists, and the two deltas that tell of users, groups and who is in them. */
function directoryRequests({ directory, groups, sites }: Organization): number {
  const lists = [directory.size, groups.all().length, [...sites.all()].length];
  const pages = lists.map((entries) => Math.max(1, Math.ceil(entries / directoryPage)));
  return 2 + pages.reduce((sum, count) => sum + count, 0);
}

/** Recoverable Items are no part of what a person sees. */
function seenFolders(mailbox: Mailbox): number {
  return mailbox.folders().filter(({ number }) => !mailbox.isRecoverable(number)).length;
}

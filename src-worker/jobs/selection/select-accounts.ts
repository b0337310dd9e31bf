/**
 * Which accounts a run backs up: resolved against Microsoft 365 at every run, so that who is new joins by the mode of the
 * selection. Somebody chosen who cannot be found is an issue of the run and never silently left out.
 */
import { isAppError, type AppError } from '../../../src-shared/errors/app-error.ts';
import type { AccountKind } from '../../../src-shared/model/account-kind.ts';
import { isNothing } from '../../../src-shared/model/account-choice.ts';
import type { ProtectedItem } from '../../../src-shared/model/protected-item.ts';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import type { GraphClient } from '../../graph/graph-client.ts';
import { Groups } from './directory-group.ts';
import { Gathering, KnownAccounts, type Directory } from './selected-account.ts';
import { selectSites } from './select-sites.ts';
import { selectUsers } from './select-users.ts';

/** A selection, and the kinds of accounts that the chosen services have any use for. */
export interface Selection extends Pick<ProtectedItem, 'mailboxes' | 'sites'> {
  readonly kinds: ReadonlySet<AccountKind>;
  readonly organizationName: string;
  /** Accounts of the snapshot before. */
  readonly known: readonly AccountRow[];
}

/** Its own id would cost a permission, and there is only one in a protected item. */
const organizationId = 'organization';

/** What an application may lack for one list while it may read the others. */
const refusals = ['permission-missing', 'access-denied'] as const;

/** A list that a selection needs. Without it, nobody of `kinds` can be said to have left. */
interface Part {
  readonly name: string;
  readonly kinds: readonly AccountKind[];
  readonly select: (gathering: Gathering) => Promise<void>;
}

function partsOf({ mailboxes, sites, kinds, known }: Selection, directoryOf: Directory): Part[] {
  const knownDirectory = { ...directoryOf, known: new KnownAccounts(known) };
  const directory = { ...knownDirectory, groups: new Groups(knownDirectory), kinds };
  const parts: Part[] = [];
  if (kinds.has('user') && !isNothing(mailboxes))
    parts.push({
      name: 'mailboxes',
      kinds: ['user'],
      select: (gathering) => selectUsers(directory, mailboxes, gathering),
    });
  if ((kinds.has('site') || kinds.has('group')) && !isNothing(sites))
    parts.push({
      name: 'sites',
      kinds: ['site', 'group'],
      select: (gathering) => selectSites(directory, sites, gathering),
    });
  return parts;
}

/** Resolves a selection. Throws where no list of it can be read at all. */
export async function selectAccounts(
  graph: GraphClient,
  selection: Selection,
  signal: AbortSignal,
): Promise<Gathering> {
  const gathering = new Gathering();
  const { kinds, organizationName: name } = selection;
  if (kinds.has('organization'))
    gathering.add({ id: organizationId, address: name, name, kind: 'organization' });
  const parts = partsOf(selection, { graph, signal });
  const refused: AppError[] = [];
  for (const part of parts) {
    try {
      await part.select(gathering);
    } catch (error) {
      if (!isAppError(error, ...refusals)) throw error;
      refused.push(error);
      gathering.missing.push({ name: part.name, error });
      for (const kind of part.kinds) gathering.unknownKinds.add(kind);
    }
  }
  const [first] = refused;
  if (first !== undefined && refused.length === parts.length) throw first;
  return gathering;
}

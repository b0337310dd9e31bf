/**
 * Which accounts a run backs up: resolved against Microsoft 365 at every run, so that who is new joins by the mode of the
 * selection. Somebody chosen who cannot be found is an issue of the run and never silently left out.
 */
import { isAppError, type AppError } from '../../../src-shared/errors/app-error.ts';
import type { AccountKind } from '../../../src-shared/model/account-kind.ts';
import { isNothing } from '../../../src-shared/model/account-choice.ts';
import type { ProtectedItem } from '../../../src-shared/model/protected-item.ts';
import type { GraphClient } from '../../graph/graph-client.ts';
import { Groups } from './directory-group.ts';
import { Gathering } from './selected-account.ts';
import { selectSites } from './select-sites.ts';
import { selectUsers } from './select-users.ts';

/** A selection, and the kinds of accounts that the chosen services have any use for. */
export interface Selection extends Pick<ProtectedItem, 'mailboxes' | 'sites'> {
  readonly kinds: ReadonlySet<AccountKind>;
}

/** What an application may lack for one list while it may read the others. */
const refusals = ['permission-missing', 'access-denied'] as const;

/** Resolves a selection. Throws where no list of it can be read at all. */
export async function selectAccounts(
  graph: GraphClient,
  { mailboxes, sites, kinds }: Selection,
  signal: AbortSignal,
): Promise<Gathering> {
  const directory = { graph, signal, groups: new Groups({ graph, signal }) };
  const gathering = new Gathering();
  const parts: (readonly [string, readonly AccountKind[], () => Promise<void>])[] = [];
  if (kinds.has('user') && !isNothing(mailboxes))
    parts.push(['mailboxes', ['user'], () => selectUsers(directory, mailboxes, gathering)]);
  if ((kinds.has('site') || kinds.has('group')) && !isNothing(sites))
    parts.push(['sites', ['site', 'group'], () => selectSites({ ...directory, kinds }, sites, gathering)]);
  const refused: AppError[] = [];
  for (const [name, unknown, select] of parts) {
    try {
      await select();
    } catch (error) {
      if (!isAppError(error, ...refusals)) throw error;
      refused.push(error);
      gathering.missing.push({ name, error });
      for (const kind of unknown) gathering.unknownKinds.add(kind);
    }
  }
  const [first] = refused;
  if (first !== undefined && refused.length === parts.length) throw first;
  return gathering;
}

/** What a protected item saves, in words. */
import { isNothing } from '../../src-shared/model/account-choice.ts';
import type { ProtectedItem } from '../../src-shared/model/protected-item.ts';
import { defaultServices } from '../../src-shared/model/service-name.ts';
import { pluralText } from '../../src-shared/words/quantities.ts';

export function selectionText({
  mailboxes,
  sites,
  services,
  files,
}: Pick<ProtectedItem, 'mailboxes' | 'sites' | 'services' | 'files'>): string {
  const chosen = [
    ...(isNothing(mailboxes) ? [] : [mailboxesText(mailboxes)]),
    ...(isNothing(sites) ? [] : [sitesText(sites)]),
  ].join('; ');
  const isAll =
    services.length === defaultServices.length && defaultServices.every((name) => services.includes(name));
  const what = isAll ? chosen : `${services.join(', ')} of ${chosen}`;
  return services.includes('drive') ? `${what}${versionsText(files)}` : what;
}

function versionsText({ versions }: ProtectedItem['files']): string {
  if (versions === 'current') return '';
  return versions === 'all'
    ? '; all versions of files'
    : `; up to ${pluralText(versions, 'earlier version')} of each file`;
}

function mailboxesText(selection: ProtectedItem['mailboxes']): string {
  const rules = Object.entries(selection.rule).filter(([, isIncluded]) => !isIncluded);
  const rule = rules.length === 0 ? '' : `, without ${rules.map(([name]) => name).join(' and ')} ones`;
  if (selection.mode === 'all') return `all mailboxes${rule}`;
  const named = listed([
    [selection.users.length, 'mailbox', 'mailboxes'],
    [selection.groups.length, 'group of people', 'groups of people'],
  ]);
  return `${selection.mode === 'selected' ? 'only' : 'all mailboxes but'} ${named}${rule}`;
}

function sitesText(selection: ProtectedItem['sites']): string {
  if (selection.mode === 'all') return 'all sites and teams';
  const named = listed([
    [selection.sites.length, 'site', 'sites'],
    [selection.groups.length, 'group or team', 'groups and teams'],
  ]);
  return `${selection.mode === 'selected' ? 'only' : 'all sites and teams but'} ${named}`;
}

function listed(counts: readonly (readonly [count: number, noun: string, plural: string])[]): string {
  return counts
    .filter(([count]) => count > 0)
    .map((words) => pluralText(...words))
    .join(' and ');
}

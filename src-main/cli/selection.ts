/** What a protected item saves, in words. */
import type { ProtectedItem } from '../../src-shared/model/protected-item.ts';
import { defaultServices } from '../../src-shared/model/service-name.ts';
import { pluralText } from './quantities.ts';

export function selectionText({
  mailboxes,
  services,
}: Pick<ProtectedItem, 'mailboxes' | 'services'>): string {
  const isAll =
    services.length === defaultServices.length && defaultServices.every((name) => services.includes(name));
  return isAll ? mailboxesText(mailboxes) : `${services.join(', ')} of ${mailboxesText(mailboxes)}`;
}

function mailboxesText(selection: ProtectedItem['mailboxes']): string {
  if (selection.mode === 'all') return 'all mailboxes';
  const count = pluralText(selection.users.length, 'mailbox', 'mailboxes');
  return selection.mode === 'selected' ? `only ${count}` : `all mailboxes but ${count}`;
}

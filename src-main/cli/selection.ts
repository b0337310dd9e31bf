/** Which mailboxes a protected item saves, in words. */
import type { MailboxSelection } from '../../src-shared/model/protected-item.ts';
import { pluralText } from './quantities.ts';

export function selectionText(selection: MailboxSelection): string {
  if (selection.mode === 'all') return 'all mailboxes';
  const count = pluralText(selection.users.length, 'mailbox', 'mailboxes');
  return selection.mode === 'selected' ? `only ${count}` : `all mailboxes but ${count}`;
}

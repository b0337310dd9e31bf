/** What all writing to Outlook's areas has in common. */
import { graphError } from '../graph/graph-call.ts';
import type { Answer } from '../http/answer.ts';
import type { OutlookCall } from './outlook-route.ts';

export const created = 201;
export const noContent: Answer = { status: 204, body: '' };

/** 507 of a mailbox that takes nothing more, or null. */
export function fullMailbox({
  organization,
  person,
  call,
}: Pick<OutlookCall, 'organization' | 'person' | 'call'>): Answer | null {
  return organization.tallies.fullMailboxes.has(person.id)
    ? graphError(call, 507, {
        code: 'ErrorQuotaExceeded',
        message: 'The mailbox has exceeded its maximum size.',
      })
    : null;
}

/** The answers of Outlook for accounts that have no mailbox here, the same for mail, calendars, contacts and tasks. */
import type { Person } from '../directory/people.ts';
import type { Answer } from '../http/answer.ts';
import { graphError, type GraphCall } from './graph-call.ts';

export const noMailbox = (call: GraphCall, person: Person): Answer =>
  person.mailbox === 'remote'
    ? graphError(call, 404, {
        code: 'MailboxNotEnabledForRESTAPI',
        message: 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
      })
    : graphError(call, 404, { code: 'ResourceNotFound', message: 'Resource could not be discovered.' });

export const noSuchMailUser = (call: GraphCall, user: string): Answer =>
  graphError(call, 404, { code: 'ErrorInvalidUser', message: `The requested user '${user}' is invalid.` });

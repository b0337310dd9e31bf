import { expect, test } from 'vitest';
import { plainTypeOf } from '../../../src-worker/jobs/selection/directory-user.ts';

test.each([
  ['a member', { userPrincipalName: 'ada@nordlicht.example', userType: 'Member' }, 'user'],
  ['somebody of whom nothing is said', {}, 'user'],
  [
    'a guest',
    { userPrincipalName: 'ada_partner.example#EXT#@nordlicht.example', userType: 'Guest' },
    'guest',
  ],
  [
    'a member whose mailbox is in another organization',
    { userPrincipalName: 'ada_partner.example#EXT#@nordlicht.example', userType: 'Member' },
    'guest',
  ],
  [
    'what a search for evidence found',
    {
      userPrincipalName: 'DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}@nordlicht.example',
      userType: 'Member',
    },
    'discovery',
  ],
  [
    'a mailbox of the system',
    { userPrincipalName: 'SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@nordlicht.example' },
    'discovery',
  ],
])('%s is told by the directory alone', (_case, user, type) => {
  expect(plainTypeOf({ id: '1', ...user })).toBe(type);
});

import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { startSession, type Session } from './session.ts';

let session: Session;
let users: string[];

beforeAll(async () => {
  session = await startSession({
    users: 3,
    messagesPerUser: 20,
    calendar: { itemsPerUser: 8 },
    contacts: { itemsPerUser: 8 },
    tasks: { itemsPerUser: 8 },
    roles: [...defaultRoles, ...restoreRoles, 'Mail.Send'],
  });
  users = await session.users();
});
afterAll(() => session.close());

const areas = ['calendar', 'contacts', 'tasks', 'drive'];
const itemsOf = async (user: string) => {
  const lines = await Promise.all(areas.map((area) => session.areaTruth(area, user)));
  const mail = await session.truth(user, '&recoverable=true');
  return [...lines.flat(), ...mail].filter(({ kind }) =>
    ['event', 'contact', 'task', 'file', 'message'].includes(kind),
  );
};

test('one area of one account is emptied, the rest stays', async () => {
  const [first = '', second = ''] = users;
  const before = await itemsOf(second);
  const { wiped } = await session.control<{ wiped: Record<string, number> }>('wipe', {
    user: first,
    area: 'contacts',
  });
  expect(Object.keys(wiped)).toEqual(['contacts']);
  expect((await session.areaTruth('contacts', first)).map(({ kind }) => kind)).toEqual(['contactFolder']);
  expect((await session.truth(first)).filter(({ kind }) => kind === 'message')).toHaveLength(20);
  expect(await itemsOf(second)).toEqual(before);
  await expect(session.control('wipe', { area: 'nonsense' })).rejects.toThrow('400');
});

test('a wiped organization holds only what Microsoft makes, and deltas tell what went', async () => {
  const [first = ''] = users;
  const inbox = `/users/${first}/mailFolders/inbox/messages/delta`;
  const { items, deltaLink } = await session.deltaRound(inbox);
  await session.control('wipe', {});
  for (const user of users) {
    const left = await itemsOf(user);
    // Birthdays and holidays belong to Outlook.
    const own = left.filter(({ kind }) => kind !== 'event');
    expect(own).toEqual([]);
  }
  const gone = (await session.deltaRound(deltaLink)).items;
  expect(new Set(gone.map(({ id }) => id))).toEqual(new Set(items.map(({ id }) => id)));
  expect(gone.every((one) => one['@removed'] !== undefined)).toBe(true);
});

test('statistics tell drafts that lie about and mails that were sent', async () => {
  const [first = ''] = users;
  await session.control('stats/reset', {});
  const draft = await session.write('POST', `/users/${first}/messages`, { body: { subject: 'left behind' } });
  const to = (address: string) => ({ emailAddress: { address } });
  const message = { subject: 'sent', toRecipients: [to('a@x.example'), to('b@x.example')] };
  expect((await session.write('POST', `/users/${first}/sendMail`, { body: { message } })).status).toBe(202);
  expect(await session.control('stats')).toMatchObject({ draftsLeft: 1, mailsSent: 2, invitationsSent: 0 });
  await session.write('DELETE', `/users/${first}/messages/${draft.json<{ id: string }>().id}`);
  expect(await session.control('stats')).toMatchObject({ draftsLeft: 0 });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { canonicalHash, sha256 } from './canonical.ts';
import { immutable, startSession, type ErrorBody, type Session } from './session.ts';

let session: Session;
let user: string;
const path = (rest: string) => `/users/${user}${rest}`;

beforeAll(async () => {
  session = await startSession({
    users: 6,
    messagesPerUser: 20,
    unreadableShare: 0,
    calendar: { itemsPerUser: 160, unreadableShare: 0.03 },
  });
  user = (await session.users())[0] ?? '';
});
afterAll(() => session.close());
beforeEach(() =>
  session.control('faults', { itemGone: 0, folderGone: 0, emptyPages: 0, deltaDuplicates: 0 }),
);

const events = async () =>
  (await session.areaTruth('calendar', user)).filter((line) => line.kind === 'event');

/** Everything of an event as a backup would collect it. */
async function readEvent(of: Session, owner: string, id: string): Promise<Record<string, unknown>> {
  const at = `/users/${owner}/events/${id}`;
  const event = (await of.get(`${at}?$expand=exceptionOccurrences`, immutable)).json();
  delete event['@odata.context'];
  if (event['type'] !== 'seriesMaster') {
    delete event['exceptionOccurrences'];
    return event;
  }
  const { cancelledOccurrences } = (await of.get(`${at}?$select=cancelledOccurrences`, immutable)).json();
  return { ...event, cancelledOccurrences };
}

async function readAttachments(of: Session, owner: string, id: string): Promise<(string | null)[]> {
  const at = `/users/${owner}/events/${id}/attachments`;
  const found = [];
  for (const attachment of await of.list(`${at}?$select=name,size`)) {
    const reply = await of.get(`${at}/${attachment.id}/$value`, immutable);
    found.push(reply.status === 200 ? sha256(reply.bytes) : null);
  }
  return found;
}

describe('reading', () => {
  test('calendars are listed in pages, with those that nobody can edit', async () => {
    const calendars = await session.list(path('/calendars?$top=2'));
    const truth = (await session.areaTruth('calendar', user)).filter(({ kind }) => kind === 'calendar');
    expect(calendars.map(({ id }) => id)).toEqual(truth.map(({ id }) => id));
    expect(calendars.filter((one) => one['isDefaultCalendar'] === true)).toHaveLength(1);
    expect(calendars.filter((one) => one['canEdit'] === false)).toHaveLength(2);
    const primary = (await session.get(path('/calendar'))).json();
    expect(primary['id']).toBe(calendars.find((one) => one['isDefaultCalendar'] === true)?.id);
  });

  test('the calendars together list every event once', async () => {
    const ids = [];
    for (const { id } of await session.list(path('/calendars')))
      ids.push(
        ...(await session.list(path(`/calendars/${id}/events?$top=7&$select=id`))).map((one) => one.id),
      );
    expect(ids.sort()).toEqual((await events()).map(({ id }) => id).sort());
  });

  test('what GET and $value give is what the truth says, and what cannot be read says so', async () => {
    for (const line of await events()) {
      if (line.unreadable !== null) {
        const reply = await session.get(path(`/events/${line.id}`));
        expect([reply.status, reply.json<ErrorBody>().error.code]).toEqual([500, line.unreadable]);
        continue;
      }
      expect(canonicalHash(await readEvent(session, user, line.id))).toBe(line.sha256);
      expect(await readAttachments(session, user, line.id)).toEqual(
        line.attachments.map((one) => one.sha256),
      );
    }
  });

  test('events are of every kind', async () => {
    const found = await session.list(path('/events?$top=500'));
    const masters = found.filter((one) => one['type'] === 'seriesMaster');
    const types = masters.map((one) => (one['recurrence'] as { pattern: { type: string } }).pattern.type);
    expect(new Set(types).size).toBeGreaterThan(3);
    expect(found.some((one) => one['isAllDay'] === true && one['type'] === 'singleInstance')).toBe(true);
    expect(found.some((one) => one['isOnlineMeeting'] === true)).toBe(true);
    expect(found.some((one) => (one['attendees'] as unknown[]).length > 2)).toBe(true);
    expect(new Set(found.map((one) => (one['body'] as { contentType: string } | null)?.contentType))).toEqual(
      new Set(['text', 'html', undefined]),
    );
    const attached = new Set((await events()).flatMap((line) => line.attachments.map((one) => one.type)));
    expect([...attached].sort()).toEqual([
      '#microsoft.graph.fileAttachment',
      '#microsoft.graph.itemAttachment',
      '#microsoft.graph.referenceAttachment',
    ]);
  });

  test('instances are the occurrences of the pattern without the cancelled ones', async () => {
    const masters = (await session.list(path('/events?$top=500'))).filter(
      (one) => one['type'] === 'seriesMaster' && one['body'] !== null,
    );
    let exceptions = 0;
    for (const { id } of masters.slice(0, 12)) {
      const window = 'startDateTime=2025-01-01T00:00:00Z&endDateTime=2027-06-01T00:00:00Z';
      const instances = await session.list(path(`/events/${id}/instances?${window}&$top=200`));
      const event = await readEvent(session, user, id);
      const cancelled = event['cancelledOccurrences'] as string[];
      const days = instances.map((one) => String(one['originalStart']).slice(0, 10));
      expect(new Set(days).size).toBe(days.length);
      expect(cancelled.filter((name) => days.includes(name.slice(-10)))).toEqual([]);
      const told = instances.filter((one) => one['type'] === 'exception').map((one) => one.id);
      const expanded = (event['exceptionOccurrences'] as { id: string }[]).map((one) => one.id);
      expect(told).toEqual(expanded.filter((one) => told.includes(one)));
      exceptions += told.length;
    }
    expect(exceptions).toBeGreaterThan(3);
  });

  test('the same document occurs in mail and in the calendar', async () => {
    const names = new Set((await events()).flatMap((line) => line.attachments.map(({ name }) => name)));
    const mails = new Set<unknown>();
    for (const { id } of await session.list(path('/messages?$top=100&$select=hasAttachments')))
      for (const one of await session.list(path(`/messages/${id}/attachments?$select=name`)))
        mails.add(one['name']);
    expect([...mails].filter((name) => names.has(String(name))).length).toBeGreaterThan(0);
  });
});

describe('changes', () => {
  test('each kind does what it says', async () => {
    const before = await session.areaTruth('calendar', user);
    const made = await session.changeArea(user, {
      'calendar.created': 4,
      'calendar.edited': 3,
      'calendar.moved': 3,
      'calendar.deleted': 3,
      'calendar.exceptionsAdded': 3,
      'calendar.occurrencesCancelled': 3,
      'calendar.containersCreated': 2,
      'calendar.containersRenamed': 1,
    });
    const after = await session.areaTruth('calendar', user);
    const ids = (kind: string) =>
      made.filter((one) => one.kind === `calendar.${kind}`).map(({ item }) => item);
    const was = new Map(before.map((line) => [line.id, line]));
    const is = new Map(after.map((line) => [line.id, line]));
    for (const id of ids('created')) expect([was.has(id), is.has(id)]).toEqual([false, true]);
    for (const id of ids('deleted')) expect([was.has(id), is.has(id)]).toEqual([true, false]);
    const present = (kind: string) => ids(kind).filter((id) => is.has(id) && was.has(id));
    for (const kind of ['edited', 'exceptionsAdded', 'occurrencesCancelled'])
      for (const id of present(kind)) expect(is.get(id)?.sha256).not.toBe(was.get(id)?.sha256);
    for (const { kind, from, to } of made.filter((one) => one.kind === 'calendar.moved'))
      expect([kind, from === to]).toEqual(['calendar.moved', false]);
    expect(after.filter((line) => line.kind === 'calendar').length).toBe(
      before.filter((line) => line.kind === 'calendar').length + 2,
    );
  });

  test('a list filtered by lastModifiedDateTime tells all that changed, deletions apart', async () => {
    const before = new Map((await events()).map((line) => [line.id, line]));
    const since = await latestChange();
    await session.changeArea(
      user,
      { 'calendar.created': 5, 'calendar.edited': 5, 'calendar.moved': 5, 'calendar.exceptionsAdded': 2 },
      7,
    );
    const after = await events();
    const changed = after.filter((line) => {
      const was = before.get(line.id);
      return was?.sha256 !== line.sha256 || was.containerId !== line.containerId;
    });
    const told = [];
    for (const { id } of await session.list(path('/calendars')))
      told.push(
        ...(await session.list(path(`/calendars/${id}/events?$filter=lastModifiedDateTime gt ${since}`))),
      );
    expect(told.map(({ id }) => id).sort()).toEqual(changed.map(({ id }) => id).sort());
  });

  async function latestChange(): Promise<string> {
    const times = [];
    for (const { id } of await session.list(path('/calendars')))
      for (const one of await session.list(
        path(`/calendars/${id}/events?$top=500&$select=lastModifiedDateTime`),
      ))
        times.push(String(one['lastModifiedDateTime']));
    return times.sort().at(-1) ?? '';
  }

  test('a deleted calendar takes its events along, and Outlook keeps its own calendars', async () => {
    const made = await session.changeArea(user, { 'calendar.containersDeleted': 20 }, 3);
    expect(made.length).toBeGreaterThan(0);
    const left = await session.list(path('/calendars'));
    expect(left).toHaveLength(3);
    const truth = await events();
    expect(truth.every((line) => left.some(({ id }) => id === line.containerId))).toBe(true);
    expect((await session.get(path(`/calendars/${made[0]?.container ?? ''}/events`))).status).toBe(404);
  });

  test('immutable ids survive a move and mutable ids do not', async () => {
    const owner = (await session.users())[1] ?? '';
    const { value } = (await session.get(`/users/${owner}/events?$top=500&$select=id`)).json<{
      value: { id: string }[];
    }>();
    const immutables = await session.list(`/users/${owner}/events?$top=500&$select=id`);
    const made = await session.changeArea(owner, { 'calendar.moved': 60 });
    const at = immutables.findIndex(({ id }) => made.some((one) => one.item === id));
    expect(at).toBeGreaterThanOrEqual(0);
    const readable = async (id: string) =>
      (await session.get(`/users/${owner}/events/${id}?$select=id`)).status;
    expect([await readable(immutables[at]?.id ?? ''), await readable(value[at]?.id ?? '')]).toEqual([
      200, 404,
    ]);
  });
});

describe('calendar view', () => {
  const window = 'startDateTime=2026-06-01T00:00:00Z&endDateTime=2027-02-01T00:00:00Z';

  test('delta rounds lead from the old state of the window to the new one', async () => {
    const state = new Map<string, string>();
    const follow = async (start: string) => {
      const round = await session.deltaRound(start);
      for (const item of round.items) {
        if (item['@removed']) state.delete(item.id);
        else state.set(item.id, JSON.stringify(item));
      }
      return round.deltaLink;
    };
    const start = path(`/calendarView/delta?${window}`);
    const link = await follow(start);
    await session.changeArea(
      user,
      {
        'calendar.created': 5,
        'calendar.edited': 5,
        'calendar.exceptionsAdded': 4,
        'calendar.occurrencesCancelled': 4,
      },
      11,
    );
    await follow(link);
    const fresh = await session.deltaRound(start);
    expect(new Map([...state].sort())).toEqual(
      new Map(fresh.items.map((item) => [item.id, JSON.stringify(item)] as const).sort()),
    );
  });

  test('a window is needed and $select is not allowed', async () => {
    for (const rest of [
      '/calendarView',
      '/calendarView/delta',
      `/calendarView/delta?${window}&$select=subject`,
    ])
      expect((await session.get(path(rest))).status, rest).toBe(400);
  });

  test('expired tokens are refused', async () => {
    const { deltaLink } = await session.deltaRound(path(`/calendarView/delta?${window}`));
    await session.control('expire-delta', { user });
    expect([400, 410]).toContain((await session.get(deltaLink)).status);
  });
});

test('faults hit events and calendars as they hit mail', async () => {
  const [event] = await events();
  const { id } = (await session.list(path('/calendars')))[0] ?? { id: '' };
  await session.control('faults', { itemGone: 1, maxInARow: 2 });
  const statuses = [];
  for (let i = 0; i < 3; i += 1)
    statuses.push((await session.get(path(`/events/${event?.id ?? ''}`))).status);
  expect(statuses.slice(0, 2)).toEqual([404, 404]);
  expect(statuses[2]).not.toBe(404);
  await session.control('faults', { itemGone: 0, folderGone: 1 });
  const reply = await session.get(path(`/calendars/${id}/events`));
  expect([reply.status, (await session.get(path(`/calendars/${id}/events`))).status]).toEqual([404, 404]);
});

test('the permission is needed, and accounts without a mailbox answer as they do for mail', async () => {
  const other = await startSession({ roles: ['User.Read.All', 'Mail.Read'] });
  const [id = ''] = await other.users();
  const denied = await other.get(`/users/${id}/calendars`);
  expect([denied.status, denied.json<ErrorBody>().error.code]).toEqual([403, 'ErrorAccessDenied']);
  await other.close();
  const sample = await startSession();
  const codes = new Set<string>();
  for (const { id: account } of await sample.list('/users?$top=999&$select=id')) {
    const answer = await sample.get(`/users/${account}/calendars`);
    if (answer.status === 404) codes.add(answer.json<ErrorBody>().error.code);
  }
  const unknown = await sample.get('/users/nobody@example.com/calendars');
  await sample.close();
  expect([...codes].sort()).toEqual(['MailboxNotEnabledForRESTAPI', 'ResourceNotFound']);
  expect(unknown.json<ErrorBody>().error.code).toBe('ErrorInvalidUser');
});

test('profiles for benchmarks have calendars without events', async () => {
  const plain = await startSession({ profile: 'uniform', users: 1, messagesPerUser: 1 });
  const [id = ''] = await plain.users();
  expect((await plain.areaTruth('calendar', id)).map(({ kind }) => kind)).toEqual(['calendar']);
  await plain.close();
});

test.skipIf(!isGraphContractAvailable)('every exchange obeys the specification', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'calendar-'));
  const trafficFile = join(dir, 'traffic.ndjson');
  const recorded = await startSession({
    users: 3,
    trafficFile,
    calendar: { itemsPerUser: 80, unreadableShare: 0 },
  });
  const [id = ''] = await recorded.users();
  const window = 'startDateTime=2026-06-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z';
  await recorded.get(`/users/${id}/calendar`);
  await recorded.get(`/users/${id}/calendarView?${window}`);
  const { deltaLink } = await recorded.deltaRound(`/users/${id}/calendarView/delta?${window}`);
  for (const calendar of await recorded.list(`/users/${id}/calendars?$top=2`)) {
    const at = `/users/${id}/calendars/${calendar.id}`;
    await recorded.get(at);
    await recorded.list(`${at}/calendarView?${window}`);
    await recorded.list(`${at}/events?$filter=lastModifiedDateTime ge 2026-01-01T00:00:00Z&$top=20`);
    for (const event of await recorded.list(`${at}/events?$expand=attachments&$top=20`)) {
      await readEvent(recorded, id, event.id);
      await readAttachments(recorded, id, event.id);
      for (const { id: attachment } of await recorded.list(`/users/${id}/events/${event.id}/attachments`))
        await recorded.get(
          `/users/${id}/events/${event.id}/attachments/${attachment}?$expand=microsoft.graph.itemattachment/item`,
        );
    }
  }
  await recorded.changeArea(id, { 'calendar.created': 3, 'calendar.deleted': 3, 'calendar.edited': 3 });
  await recorded.deltaRound(deltaLink);
  await recorded.close();
  const verdict = checkGraphTraffic(trafficFile);
  if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
  rmSync(dir, { recursive: true });
  expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
});

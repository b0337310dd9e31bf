import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Directory } from '../../../src-simulator/directory/people.ts';
import {
  folderId,
  immutableMessageId,
  mutableMessageId,
  parseFolderId,
  parseMessageId,
} from '../../../src-simulator/mail/ids.ts';
import { MailStore } from '../../../src-simulator/mail/mail-store.ts';
import type { Mailbox } from '../../../src-simulator/mail/mailbox.ts';
import { simulatorOptionsSchema, type SimulatorOptions } from '../../../src-simulator/options.ts';

function storeOf(options: SimulatorOptions): MailStore {
  const resolved = simulatorOptionsSchema.parse(options);
  return new MailStore(resolved, new Directory(resolved));
}

function everyMessage(mailbox: Mailbox, folder: number): number[] {
  const found: number[] = [];
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: ReturnType<Mailbox['page']> = mailbox.page(folder, cursor, 3);
    found.push(...page.messages.map((state) => state.number));
    cursor = page.next;
  }
  return found;
}

test('planned folders share out the messages without gap or overlap', () => {
  for (const messagesPerUser of [0, 1, 7, 100, 1_000_000]) {
    const { plan } = storeOf({ messagesPerUser }).mailbox(0);
    let reached = 0;
    for (const folder of plan) {
      expect(folder.first).toBe(reached);
      reached = folder.end;
    }
    expect(reached).toBe(messagesPerUser);
  }
});

const step = fc.record({
  kind: fc.constantFrom('create', 'move', 'delete', 'edit', 'read'),
  message: fc.nat(60),
  folder: fc.integer({ min: 1, max: 12 }),
});

function apply(mailbox: Mailbox, change: { kind: string; message: number; folder: number }): void {
  const state = mailbox.message(change.message % Math.max(1, mailbox.messageCount));
  if (change.kind === 'create') mailbox.createMessage(change.folder);
  else if (!state || state.isDeleted) return;
  else if (change.kind === 'move') mailbox.changeMessage(state.number, { folder: change.folder });
  else if (change.kind === 'delete') mailbox.changeMessage(state.number, { isDeleted: true });
  else if (change.kind === 'edit') mailbox.changeMessage(state.number, { version: state.version + 1 });
  else mailbox.changeMessage(state.number, { isRead: !state.isRead });
}

test('after any changes each message lies in one folder, counts agree, and deltas lead there', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60), (steps, cut) => {
      const mailbox = storeOf({ profile: 'uniform', users: 1, messagesPerUser: 40 }).mailbox(0);
      const folders = Array.from({ length: 12 }, (_, i) => i + 1);
      steps.slice(0, cut).forEach((change) => apply(mailbox, change));
      const known = new Map(folders.map((folder) => [folder, new Set(everyMessage(mailbox, folder))]));
      const since = mailbox.changeCount;
      steps.slice(cut).forEach((change) => apply(mailbox, change));
      for (const folder of folders) {
        const members = known.get(folder) ?? new Set();
        for (const { state } of mailbox.changesSince(folder, since)) {
          if (!state.isDeleted && state.folder === folder) members.add(state.number);
          else members.delete(state.number);
        }
        const present = everyMessage(mailbox, folder);
        expect([...members].sort()).toEqual([...present].sort());
        expect(mailbox.itemCount(folder)).toBe(present.length);
        expect(mailbox.unreadCount(folder)).toBe(
          present.filter((number) => mailbox.message(number)?.isRead === false).length,
        );
      }
    }),
    { numRuns: 60 },
  );
});

test('a page of a huge folder costs what the page costs', () => {
  const mailbox = storeOf({ profile: 'uniform', users: 1, messagesPerUser: 1_000_000 }).mailbox(0);
  const startMs = performance.now();
  for (let i = 0; i < 200; i += 1) expect(mailbox.page(1, 100_000 + i * 500, 500).messages).toHaveLength(500);
  expect(performance.now() - startMs).toBeLessThan(2_000);
});

test('a mailbox that changed is remembered among ten thousand others', () => {
  const store = storeOf({ profile: 'uniform', users: 10_000, messagesPerUser: 100 });
  store.mailbox(7).createMessage(1);
  for (let number = 0; number < 10_000; number += 1) store.mailbox(number);
  expect(store.mailbox(7).messageCount).toBe(101);
});

test('ids carry their numbers and refuse what was not given out', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(10_000), fc.nat(1_000_000), (seed, mailbox, message) => {
      const place = { mailbox, message };
      expect(parseMessageId(seed, immutableMessageId(seed, place))).toEqual({ ...place, moves: -1 });
      expect(parseMessageId(seed, mutableMessageId(seed, place, 3))).toEqual({ ...place, moves: 3 });
      expect(parseFolderId(seed, mailbox, folderId(seed, mailbox, 5))).toBe(5);
      expect(parseFolderId(seed, mailbox + 1, folderId(seed, mailbox, 5))).toBe(-1);
      expect(parseMessageId(seed + 1, immutableMessageId(seed, place))).toBeNull();
    }),
  );
});

test('people are found by id and by name in any case, and nobody else is', () => {
  const directory = new Directory(simulatorOptionsSchema.parse({ users: 300 }));
  for (const number of [0, 17, 299]) {
    const person = directory.person(number);
    expect(directory.find(person.id)?.number).toBe(number);
    expect(directory.find(person.userPrincipalName.toUpperCase())?.number).toBe(number);
  }
  const outside = new Directory(simulatorOptionsSchema.parse({ users: 400 })).person(350);
  expect(directory.find(outside.id)).toBeNull();
  expect(directory.find(outside.userPrincipalName)).toBeNull();
});

import { expect, test } from 'vitest';
import { wordsOf, wordsOfInfo } from '../../../src-worker/catalog/search/search-words.ts';

test.each([
  ['Angebot für Müller & Söhne', ['angebot', 'fur', 'muller', 'sohne']],
  ['ÉTÉ à Łódź, STRASSE und Straße', ['ete', 'a', 'lodz', 'strasse', 'und', 'strasse']],
  ['anna.berg@nordlicht.example', ['anna', 'berg', 'nordlicht', 'example']],
  ['İstanbul ısı', ['istanbul', 'isi']],
  ['会議の資料', ['会議', '議の', 'の資', '資料']],
  ['Q3報告v2', ['q3', '報告', 'v2']],
  ['水', ['水']],
  ['हिन्दी', ['हिन्दी']],
  ['"drop table"; * OR NEAR(x)', ['drop', 'table', 'or', 'near', 'x']],
  ['📨 – …', []],
])('%s', (text, words) => {
  expect(wordsOf(text)).toEqual(words.map((word) => word.normalize('NFKD')));
});

test('words and texts have bounds', () => {
  expect(wordsOf('x'.repeat(1_000_000))).toEqual(['x'.repeat(40)]);
  expect(wordsOf('a '.repeat(100_000))).toHaveLength(400);
  expect(wordsOf('会'.repeat(100_000))).toHaveLength(400);
});

test('of a row count words for people, not ids and states', () => {
  const info = {
    subject: 'Offer',
    to: ['Ben <ben@x.example>'],
    conversation: 'AAQk',
    unread: true,
    messageId: '<1@y>',
  };
  expect(wordsOfInfo(info)).toBe('offer ben ben x example');
});

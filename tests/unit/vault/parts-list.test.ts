import { encode } from 'cborg';
import { expect, test } from 'vitest';
import type { ContentRef } from '../../../src-shared/model/rows.ts';
import {
  decodePartsList,
  encodePartsList,
  type ContentPart,
} from '../../../src-worker/vault/objects/parts-list.ts';

const content: ContentRef = [0, 5, [5, 0, [new Uint8Array(32).fill(7)]]];
const parts: ContentPart[] = [
  { name: 'event.json', mediaType: 'application/json', content },
  { name: 'Ölpreis.pdf', mediaType: 'application/pdf', content: [1, 9, [9, 1, []]] },
];

test('a list comes back as it was', () => {
  expect(decodePartsList(encodePartsList(parts))).toEqual(parts);
});

test('an item of no parts is not written', () => {
  expect(() => encodePartsList([])).toThrow('parts');
});

test.each([
  ['no map', [1, 2]],
  ['another version', { v: 2, parts: [['a', 'b', content]] }],
  ['no parts', { v: 1, parts: [] }],
  ['a part without content', { v: 1, parts: [['a', 'b']] }],
  ['a part of parts', { v: 1, parts: [['a', 'b', [2, 5, [5, 0, []]]]] }],
])('a reader refuses %s as damaged', (_name, list) => {
  expect(() => decodePartsList(encode(list))).toThrow('damaged');
});

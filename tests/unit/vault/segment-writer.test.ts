import { expect, test } from 'vitest';
import type { ItemRow } from '../../../src-shared/model/rows.ts';
import { SegmentWriter } from '../../../src-worker/vault/session/segment-writer.ts';
import { bareVault } from '../../support/bare-vault.ts';

const owner = { workload: 'drive', account: 'somebody' };

/** A file that is shared with very many people. */
const longRow = (number: number): ItemRow => ({
  id: `item ${number}`,
  collection: 'drive',
  version: '1',
  content: [0, 0, [0, 0, []]],
  info: { sharing: Array.from({ length: 200 }, (_, i) => `person ${number} ${i} `.repeat(60)) },
});

test('rows with much information are written in records that every reader takes', async () => {
  const writer = new SegmentWriter(await bareVault(), 'a'.repeat(32));
  for (let number = 0; number < 64; number += 1) await writer.writeItem(owner, longRow(number));
  const segments = await writer.finish();
  expect(segments.length).toBeGreaterThan(0);
});

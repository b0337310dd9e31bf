import { expect, test } from 'vitest';
import { DrivePlan } from '../../../src-simulator/files/drive-plan.ts';
import { FileBytes, type FileContent } from '../../../src-simulator/files/file-bytes.ts';
import { formatOfName } from '../../../src-simulator/files/file-formats.ts';
import { QuickXorHash } from '../../../src-simulator/files/quick-xor-hash.ts';
import { Documents } from '../../../src-simulator/mail/documents.ts';

test.each([
  [0, false],
  [1, false],
  [11, true],
  [40, true],
  [5_000, false],
  [5_000, true],
])('a drive of %i files (rich: %s) is a tree with a name for every sibling', (fileCount, isRich) => {
  const plan = new DrivePlan(fileCount + 7, fileCount, isRich);
  const names = new Set<string>();
  let children = 0;
  for (let item = 1; item < plan.itemCount; item += 1) {
    const parent = plan.parentOf(item);
    expect(parent >= 0 && parent < Math.min(item, plan.folderCount)).toBe(true);
    names.add(`${parent}/${plan.nameOf(item)}`);
  }
  for (let folder = 0; folder < plan.folderCount; folder += 1) {
    const { folders, firstFile, endFile } = plan.childrenOf(folder);
    expect(folders.length + endFile - firstFile).toBe(plan.childCountOf(folder));
    children += plan.childCountOf(folder);
  }
  expect([names.size, children]).toEqual([plan.itemCount - 1, plan.itemCount - 1]);
});

const bytes = new FileBytes(5, new Documents(5, 220));
const contentOf = (name: string, sizeBytes: number, version = 0): FileContent => ({
  hash: 12_345,
  sizeBytes,
  format: formatOfName(name),
  version,
  document: null,
});

test.each(['report.docx', 'film.bin', 'list.csv', 'scan.pdf'])(
  '%s is the same from wherever it is read',
  (name) => {
    for (const sizeBytes of [0, 1, 30, 65_590, 65_610, 131_205, 400_000]) {
      const content = contentOf(name, sizeBytes);
      const whole = Buffer.concat([...bytes.read(content)]);
      expect(whole).toHaveLength(sizeBytes);
      const middle = Buffer.concat([...bytes.read(content, sizeBytes >> 2, sizeBytes >> 1)]);
      expect(middle.equals(whole.subarray(sizeBytes >> 2, sizeBytes >> 1))).toBe(true);
      expect(bytes.quickXorHash(content)).toBe(new QuickXorHash().update(whole).digest());
    }
  },
);

test('an edit in place leaves most of a long file alone, an office file is written anew', () => {
  const pieces = (name: string, version: number) =>
    [...bytes.read(contentOf(name, 4_000_000, version))].map((piece) => piece.toString('latin1'));
  const kept = (name: string) => {
    const before = new Set(pieces(name, 0));
    return pieces(name, 1).filter((piece) => before.has(piece)).length;
  };
  expect(kept('film.bin')).toBeGreaterThan(40);
  expect(kept('report.docx')).toBe(0);
  expect(new Set(pieces('film.bin', 0)).size).toBe(pieces('film.bin', 0).length);
});

import { describe, expect, test } from 'vitest';
import { safeFileName, UniqueNames, type EntryKind } from '../../../src-worker/formats/file-name.ts';

test.each([
  ['Report: Q1/Q2?', 'Report_ Q1_Q2_'],
  ['..\\..\\etc', '__.._etc'],
  ['../../etc/passwd', '__.._etc_passwd'],
  ['.hidden', '_hidden'],
  ['trailing dots... ', 'trailing dots'],
  ['CON', '_CON'],
  ['com1.txt', '_com1.txt'],
  ['console', 'console'],
  ['\u202egnp.exe', '_gnp.exe'],
  ['line\r\nbreak', 'line_break'],
  ['Ü\u0308bung', 'Ü\u0308bung'.normalize('NFC')],
  ['invoice\u202efdp.exe', 'invoice_fdp.exe'],
  ['a\u2028b\u2029c\u061cd\u200be\u2066f', 'a_b_c_d_e_f'],
  ['..', 'nothing'],
  [' . . ', 'nothing'],
  ['NUL .txt', '_NUL .txt'],
  ['???', 'nothing'],
  ['', 'nothing'],
])('%j becomes %j', (name, safe) => {
  expect(safeFileName(name, 'nothing')).toBe(safe);
});

test('400 letters are cut between letters, whatever their size', () => {
  const cut = safeFileName('📨'.repeat(400), 'nothing');
  expect(cut).toBe('📨'.repeat(30));
});

test('a name that is taken gets the next number, without regard to case', () => {
  const names = new UniqueNames();
  names.take('Note (2).eml');
  const taken = ['Note', 'NOTE', 'note', 'Other', 'note'].map((name) => names.take(name, '.eml'));
  expect(taken).toEqual(['Note.eml', 'NOTE (3).eml', 'note (4).eml', 'Other.eml', 'note (5).eml']);
});

test('files that belong together get one name', () => {
  const names = new UniqueNames();
  names.take('Anna', '.vcf');
  const vcf = { extension: '.vcf', kind: 'file' } as const;
  expect(names.takeStem('Anna', [{ extension: '', kind: 'folder' }, vcf])).toBe('Anna (2)');
  expect(names.takeStem('Anna', [{ extension: '.json', kind: 'file' }, vcf])).toBe('Anna (3)');
  expect(names.take('Anna')).toBe('Anna');
});

describe('where names may be used again', () => {
  const before = new Map<string, EntryKind>([
    ['Note.eml', 'file'],
    ['Inbox', 'folder'],
    ['link.eml', 'other'],
  ]);
  const names = (): UniqueNames => new UniqueNames(before, true);

  test('one that was there is given once', () => {
    const of = names();
    expect([of.take('Note', '.eml'), of.take('Note', '.eml')]).toEqual(['Note.eml', 'Note (2).eml']);
    expect([of.wasThere('Note.eml'), of.wasThere('Note (2).eml')]).toEqual([true, false]);
  });

  test('one that differs in case is left alone, and so is what is no file', () => {
    const of = names();
    expect(of.take('NOTE', '.eml')).toBe('NOTE (2).eml');
    expect(of.take('link', '.eml')).toBe('link (2).eml');
    expect(of.take('Inbox')).toBe('Inbox (2)');
    expect(of.takeFolder('Inbox')).toBe('Inbox');
  });

  test('without that, all of them count as taken', () => {
    const of = new UniqueNames(before);
    expect([of.take('Note', '.eml'), of.takeFolder('Inbox')]).toEqual(['Note (2).eml', 'Inbox (2)']);
    expect(of.wasThere('Note.eml')).toBe(false);
  });
});

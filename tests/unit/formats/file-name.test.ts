import { expect, test } from 'vitest';
import { safeFileName, UniqueNames } from '../../../src-worker/formats/file-name.ts';

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
  expect(names.takeStem('Anna', ['', '.vcf'])).toBe('Anna (2)');
  expect(names.takeStem('Anna', ['.json', '.vcf'])).toBe('Anna (3)');
  expect(names.take('Anna')).toBe('Anna');
});

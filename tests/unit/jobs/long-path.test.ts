import { expect, test } from 'vitest';
import { isShortEnough, longPath } from '../../../src-worker/jobs/restore/target/long-path.ts';

test.each([
  ['C:\\Restored\\Inbox\\a.eml', '\\\\?\\C:\\Restored\\Inbox\\a.eml'],
  ['\\\\server\\share\\Inbox', '\\\\?\\UNC\\server\\share\\Inbox'],
  ['\\\\?\\C:\\already', '\\\\?\\C:\\already'],
  [`D:\\${'long\\'.repeat(100)}a.eml`, `\\\\?\\D:\\${'long\\'.repeat(100)}a.eml`],
])('on Windows, %j becomes %j', (path, long) => {
  expect(longPath(path, 'win32')).toBe(long);
});

test('elsewhere a path stays as it is', () => {
  expect(longPath('/home/anna/C:\\x', 'linux')).toBe('/home/anna/C:\\x');
});

test.each([
  ['linux', 3_700, true],
  ['linux', 3_900, false],
  ['darwin', 700, true],
  ['darwin', 800, false],
  ['win32', 30_000, true],
  ['win32', 33_000, false],
] as const)('on %s, a folder path of %d bytes: %s', (platform, lengthBytes, isShort) => {
  expect(isShortEnough('x'.repeat(lengthBytes), platform)).toBe(isShort);
});

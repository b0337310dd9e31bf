import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exitCodeHelp, exitCodes, exitOf } from '../../../src-main/cli/exit-codes.ts';
import { tellFailure, toAppError } from '../../../src-main/cli/failure.ts';
import type { Terminal } from '../../../src-main/cli/terminal.ts';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { errorCodes } from '../../../src-shared/errors/error-code.ts';

test('every cause has an exit, and none of them says that all is well', () => {
  for (const code of errorCodes) expect(exitCodes[exitOf[code]].code, code).toBeGreaterThan(0);
});

test('no two exits share a number, and help explains each', () => {
  const numbers = Object.values(exitCodes).map(({ code }) => code);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const { code, meaning } of Object.values(exitCodes))
    expect(exitCodeHelp()).toContain(`${code}  ${meaning}`);
});

test('the documentation lists the same exits', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/command-line.md'), 'utf8');
  for (const { code, meaning } of Object.values(exitCodes))
    expect(page).toContain(`| ${code} | ${meaning} |`);
});

function told(error: unknown, isJson: boolean) {
  const written = { output: '', errors: '' };
  const write = (name: 'output' | 'errors') => ({ write: (text: string) => (written[name] += text) !== '' });
  const terminal = { output: write('output'), errors: write('errors'), env: {} } as unknown as Terminal;
  return { exitCode: tellFailure(terminal, error, isJson), ...written };
}

test('a script reads a failure on standard output, a person on standard error', () => {
  const error = new AppError('vault-busy', 'Another run is writing.', { details: { ownerPid: 7 } });
  const forScript = told(error, true);
  expect(forScript).toMatchObject({ exitCode: 9, errors: '' });
  expect(JSON.parse(forScript.output)).toEqual({
    error: { code: 'vault-busy', message: 'Another run is writing.', details: { ownerPid: 7 } },
  });
  expect(told(error, false)).toEqual({
    exitCode: 9,
    output: '',
    errors: 'holdfast: Another run is writing. [vault-busy]\n',
  });
});

test('aborted work counts as cancelled, refused input as input, all else as a fault of ours', () => {
  expect(toAppError(new DOMException('stop', 'AbortError')).code).toBe('cancelled');
  const refused = Object.assign(new Error('Input validation failed'), {
    data: { issues: [{ path: ['snapshot'], message: 'too small' }] },
  });
  expect(toAppError(refused)).toMatchObject({
    code: 'input-invalid',
    message: expect.stringContaining('snapshot: too small') as string,
  });
  expect(toAppError(new TypeError('x is undefined')).code).toBe('internal');
});

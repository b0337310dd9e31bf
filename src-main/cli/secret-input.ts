/**
 * How a secret comes in: from the environment, from a file, or typed without an echo. Never from the command line,
 * which other users of the machine can read.
 */
import { readFile } from 'node:fs/promises';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Input, Output, Terminal } from './terminal.ts';

/** One secret and the ways to give it. */
export interface SecretRequest {
  /** As the prompt and errors call it: `password of the vault`. */
  readonly label: string;
  readonly envName: string;
  /** The file that the option named, if it did. */
  readonly filePath?: string | undefined;
  /** The option that names a file, for the error text. */
  readonly fileOption: string;
  /** A new secret is typed twice. */
  readonly isNew?: boolean;
}

const longestSecretBytes = 65_536;

/** How the passphrase of a settings file is given. */
export interface SettingsFileOptions {
  readonly settingsPassphraseFile?: string;
}

/** Asks for the passphrase of a settings file, which is not that of this machine's stored secrets. */
export function settingsPassphrase(
  { settingsPassphraseFile }: SettingsFileOptions,
  { isNew }: { isNew: boolean },
): SecretRequest {
  return {
    label: 'passphrase of the settings file',
    envName: 'HOLDFAST_SETTINGS_PASSPHRASE',
    filePath: settingsPassphraseFile,
    fileOption: '--settings-passphrase-file',
    isNew,
  };
}

/** The secret, or undefined where neither environment nor file has it. Throws `input-invalid` for an unusable file. */
export async function givenSecret(terminal: Terminal, request: SecretRequest): Promise<string | undefined> {
  if (request.filePath !== undefined) return readSecretFile(request.filePath, request.label);
  const fromEnvironment = terminal.env[request.envName];
  return fromEnvironment === undefined || fromEnvironment === '' ? undefined : fromEnvironment;
}

/** The secret, typed if it is not given; throws `input-invalid` where nobody is there to type. */
export async function requireSecret(terminal: Terminal, request: SecretRequest): Promise<string> {
  const given = await givenSecret(terminal, request);
  if (given !== undefined) return given;
  if (terminal.input.isTTY !== true || terminal.errors.isTTY !== true) {
    throw new AppError(
      'input-invalid',
      `The ${request.label} is needed. Nothing was done; give it in ${request.envName}, in a file with ${request.fileOption}, or run this in a terminal to type it.`,
      { details: { env: request.envName, option: request.fileOption } },
    );
  }
  const typed = await typeHidden(terminal, `${capitalised(request.label)}: `);
  if (request.isNew !== true) return typed;
  if ((await typeHidden(terminal, 'The same again: ')) === typed) return typed;
  throw new AppError('input-invalid', `The two entries differ. Nothing was done; run the command again.`);
}

/** The first line of a file, or all of it where it is a PEM text. */
export async function readSecretFile(path: string, label: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new AppError(
      'input-invalid',
      `The ${label} cannot be read from ${path} (${errno}). Nothing was done; check the path.`,
      { cause: error, details: { path, errno } },
    );
  }
  const secret = text.startsWith('-----BEGIN') ? text : (text.split(/\r?\n/, 1)[0] ?? '');
  if (secret !== '' && secret.length <= longestSecretBytes) return secret;
  throw new AppError(
    'input-invalid',
    `${path} does not hold the ${label}: its first line is empty, or too long. Nothing was done.`,
    { details: { path } },
  );
}

/** Ctrl-C, Ctrl-D, and the two that Backspace sends. */
const keys = { stop: '\u0003', enter: ['\r', '\n', '\u0004'], erase: ['\b', '\u007f'] };

/** Reads one line without showing it. Ctrl-C stops the command. */
function typeHidden({ input, errors }: Terminal, prompt: string): Promise<string> {
  // Before the prompt, so that not even a quick typist sees an echo.
  input.setRawMode?.(true);
  errors.write(prompt);
  return new Promise((resolve, reject) => {
    let typed = '';
    const done = (finish: () => void) => {
      leaveRawMode(input, errors, onData);
      finish();
    };
    const onData = (chunk: Buffer | string) => {
      for (const letter of chunk.toString('utf8')) {
        if (letter === keys.stop) {
          done(() => reject(new AppError('cancelled', 'Stopped before anything was done.')));
          return;
        }
        if (keys.enter.includes(letter)) {
          done(() => resolve(typed));
          return;
        }
        typed = keys.erase.includes(letter) ? Array.from(typed).slice(0, -1).join('') : typed + letter;
      }
    };
    input.on('data', onData).resume();
  });
}

function leaveRawMode(input: Input, errors: Output, listener: (chunk: Buffer | string) => void): void {
  input.off('data', listener).pause();
  input.setRawMode?.(false);
  errors.write('\n');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

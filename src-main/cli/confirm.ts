/** Asks a person to agree before something is done that others will see. */
import { once } from 'node:events';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Session } from './session.ts';

/** Throws `cancelled` unless the person agrees, `input-invalid` where nobody is there to ask. */
export async function requireConsent(session: Session, question: string): Promise<void> {
  const { input, errors } = session.terminal;
  if (input.isTTY !== true || errors.isTTY !== true || session.isJson) {
    throw new AppError(
      'input-invalid',
      `${question} Nobody is here to answer, so nothing was done; add --yes if you agree.`,
    );
  }
  errors.write(`${question} [y/N] `);
  input.resume();
  try {
    const [line] = (await once(input, 'data', { signal: session.signal })) as [Buffer | string];
    if (/^y(es)?$/i.test(line.toString('utf8').trim())) return;
  } finally {
    input.pause();
  }
  throw new AppError('cancelled', 'Nothing was done, because you did not agree.');
}

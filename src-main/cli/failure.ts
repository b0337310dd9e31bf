/** What is said when a command fails: to people on standard error, to scripts as the one document they wait for. */
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import { exitCodes, exitOf } from './exit-codes.ts';
import { jsonText } from './json-text.ts';
import { plainLine } from './table.ts';
import type { Terminal } from './terminal.ts';

/** Any failure as an `AppError`: aborted work is `cancelled`, refused input `input-invalid`, the rest `internal`. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && error.name === 'AbortError') {
    return new AppError('cancelled', 'Stopped. What was committed before is safe; run the command again.', {
      cause: error,
    });
  }
  const refusal = refusedInput(error);
  if (refusal !== undefined) {
    return new AppError('input-invalid', `${refusal} Nothing was done.`, { cause: error });
  }
  const what = error instanceof Error ? error.message : String(error);
  return new AppError(
    'internal',
    `A fault in Holdfast: ${what} What was committed before is safe. HOLDFAST_DEBUG=1 shows where it happened.`,
    { cause: error },
  );
}

/** Writes the failure and answers the exit code. */
export function tellFailure(terminal: Terminal, error: unknown, isJson: boolean): number {
  const failure = toAppError(error);
  const { code, message, details } = failure;
  if (isJson) {
    terminal.output.write(`${jsonText({ error: { code, message, details } })}\n`);
  } else {
    terminal.errors.write(`holdfast: ${plainLine(message)} [${code}]\n`);
  }
  if (terminal.env['HOLDFAST_DEBUG'] === '1') terminal.errors.write(`${traceOf(failure)}\n`);
  return exitCodes[exitOf[code]].code;
}

/** What a schema of the contract said about the input, in a sentence; undefined for any other failure. */
function refusedInput(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const issues = issuesOf(error) ?? issuesOf(fieldOf(error, 'data')) ?? issuesOf(error.cause);
  if (issues === undefined) return undefined;
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}.`).join(' ');
}

function issuesOf(value: unknown): { path: PropertyKey[]; message: string }[] | undefined {
  const issues = fieldOf(value, 'issues');
  if (!Array.isArray(issues)) return undefined;
  return issues.map((issue: unknown) => {
    const path: unknown = fieldOf(issue, 'path');
    return { path: Array.isArray(path) ? path.map(String) : [], message: String(fieldOf(issue, 'message')) };
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (Reflect.get(value, name) as unknown) : undefined;
}

function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${traceOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

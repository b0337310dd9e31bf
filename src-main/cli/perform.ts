/**
 * Runs one command: a session around it, its answer as text or JSON, its failure, its exit code, and Ctrl-C. The first
 * Ctrl-C asks the command to wind up; the second ends at once.
 */
import type { Command } from 'commander';
import { exitCodes, type ExitName } from './exit-codes.ts';
import { tellFailure } from './failure.ts';
import { jsonText } from './json-text.ts';
import { Session, type SharedOptions } from './session.ts';
import type { Terminal } from './terminal.ts';

/** What a command answers: facts for `--json`, the same for people, and how it ended (default `ok`). */
export interface Answer {
  readonly facts: unknown;
  readonly text: string;
  readonly exit?: ExitName;
}

/** A command's work; `words` are its arguments, those that may be left out undefined, one that may be many a list. */
type Work<Options, Words extends readonly unknown[]> = (
  session: Session,
  options: Options,
  ...words: Words
) => Promise<Answer>;

/** Makes commander's action of a command's work. */
export type Perform = <
  Options extends object,
  Words extends readonly (string | readonly string[] | undefined)[],
>(
  work: Work<Options, Words>,
) => (...given: unknown[]) => Promise<void>;

/** A second signal that follows this closely is the same one: a terminal and a parent process may both send it. */
const sameSignalMs = 250;

/** `onExitCode` is told how the command ended. */
export function performerFor(terminal: Terminal, onExitCode: (code: number) => void): Perform {
  return <Options extends object, Words extends readonly (string | readonly string[] | undefined)[]>(
      work: Work<Options, Words>,
    ) =>
    async (...given: unknown[]) => {
      // Commander gives the arguments first, then the options of the command, then the command.
      const words = given.slice(0, -2) as unknown as Words;
      const command = given.at(-1) as Command;
      const options = command.optsWithGlobals<SharedOptions & Options>();
      const stop = new AbortController();
      const release = listenForStop(terminal, stop);
      const session = new Session(terminal, options, stop.signal);
      try {
        const answer = await work(session, options, ...words);
        const text = session.isJson ? jsonText(answer.facts) : answer.text;
        if (text !== '') terminal.output.write(`${text}\n`);
        onExitCode(exitCodes[answer.exit ?? 'ok'].code);
      } catch (error) {
        onExitCode(tellFailure(terminal, error, session.isJson));
      } finally {
        release();
        await session.close();
      }
    };
}

function listenForStop(terminal: Terminal, stop: AbortController): () => void {
  let askedAtMs = -Infinity;
  const onSignal = () => {
    const nowMs = terminal.clock.nowMs();
    if (nowMs - askedAtMs < sameSignalMs) return;
    if (stop.signal.aborted) process.exit(exitCodes.cancelled.code);
    askedAtMs = nowMs;
    terminal.errors.write('\nStopping. Press Ctrl-C again to end at once.\n');
    stop.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

/** The command line as a process: gives the real streams, environment and time to the program. */
import { systemClock } from './cli/system-clock.ts';
import { runCommandLine } from './cli/program.ts';

// A reader that has seen enough (`holdfast ls | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

/** Windows knows no signals of a program's own, and SIGUSR1 starts Node's debugger. */
const pauseSignal = 'SIGUSR2';
const onPauseAsked = (listener: () => void): (() => void) => {
  process.on(pauseSignal, listener);
  return () => process.off(pauseSignal, listener);
};

process.exitCode = await runCommandLine(
  {
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    env: process.env,
    platform: process.platform,
    clock: systemClock,
    ...(process.platform === 'win32' ? {} : { onPauseAsked }),
  },
  process.argv.slice(2),
);

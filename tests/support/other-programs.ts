/** Programs of others that tests read our files with. A machine without them skips those tests; CI installs them. */
import { spawnSync } from 'node:child_process';

/** Debian's, whose packages bring the modules. */
export const pythonPath = '/usr/bin/python3';

/** Whether Python is there with all of these modules. */
export function hasPython(...modules: readonly string[]): boolean {
  return spawnSync(pythonPath, ['-c', `import ${modules.join(', ')}`]).status === 0;
}

export function hasProgram(command: string, ...words: readonly string[]): boolean {
  return spawnSync(command, words).status === 0;
}

/**
 * The simulator as a process: `node src-simulator/entry.ts --options file.json`. Prints one line of JSON when ready
 * (and sends `{type:'ready', info}` to a parent that forked it), and ends on SIGTERM, SIGINT, when its parent goes
 * away, or when a piped standard input ends.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { startSimulator, type SimulatorInfo } from './start-simulator.ts';
import type { SimulatorOptions } from './options.ts';

const { values } = parseArgs({ options: { options: { type: 'string' } } });
const options =
  values.options === undefined ? {} : (JSON.parse(readFileSync(values.options, 'utf8')) as SimulatorOptions);
const { close, closed, ...info } = await startSimulator(options);
const plain: SimulatorInfo = info;

process.stdout.write(`${JSON.stringify(plain)}\n`);
process.send?.({ type: 'ready', info: plain });

const stop = () => void close();
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.once('disconnect', stop);
// A terminal or /dev/null as standard input says nothing about the parent; a pipe does.
if (process.send === undefined && !process.stdin.isTTY) {
  process.stdin.once('end', stop).on('error', stop).resume();
}
await closed;
process.exit(0);

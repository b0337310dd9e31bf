/**
 * The simulator as a process: `node src-simulator/entry.ts --options file.json`. Prints one line of JSON when ready
 * (and sends `{type:'ready', info}` to a parent that forked it), and ends on SIGTERM, SIGINT, when its parent goes
 * away, or when a piped standard input ends.
 *
 * Content is computed, not kept, so a large resident set is garbage not yet collected: node's options
 * `--max-old-space-size=64 --max-semi-space-size=4` keep a `uniform` organization of any size below about 170 MB.
 */
import { fstatSync, readFileSync } from 'node:fs';
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
// Only a pipe as standard input tells that somebody holds the other end; a terminal or /dev/null does not.
const input = fstatSync(0);
if (process.send === undefined && (input.isFIFO() || input.isSocket())) {
  process.stdin.once('end', stop).once('error', stop).resume();
}
await closed;
process.exit(0);

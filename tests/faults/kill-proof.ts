/**
 * `npm run proof:kill`: a hundred kills, at least ten in every phase, each followed by proof that nothing is lost. Takes
 * some minutes. `HOLDFAST_KILL_SEED` repeats a run.
 */
import { randomInt } from 'node:crypto';
import { KillRounds } from './kill-rounds.ts';

const seed = Number(process.env['HOLDFAST_KILL_SEED'] ?? randomInt(1_000_000));
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
say(`seed ${seed}`);
const startedMs = performance.now();
const figures = await KillRounds.run({ seed, perPhase: 16, atAnyTime: 20, messagesPerUser: 60, log: say });
const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
const { kills, escaped, vaults, adoptedPacks, adoptedBytes, duplicates, duplicateBytes, storedBytes } =
  figures;
say(
  `killed: ${Object.entries(kills)
    .map(([phase, count]) => `${phase} ${count}`)
    .join(', ')}`,
);
say(`ended before their kill: ${escaped}; vaults: ${vaults}; bytes stored in the end: ${storedBytes}`);
say(`adopted: ${adoptedPacks} packs, ${adoptedBytes} bytes`);
say(`stored twice: ${duplicates} chunks, ${duplicateBytes} bytes`);
say(`every restored tree was equal to the organization, every vault verified; ${seconds} s`);

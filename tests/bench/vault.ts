/**
 * Benchmark (b): the vault pipeline against restic and borg on the same files, in turns, as ratios of CPU time, wall
 * time and size. `npm run bench -- vault`. Peers that are not installed are left out with a word.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createCompressor } from '../../src-worker/codec/compress.ts';
import { selectAccelerators } from '../../src-worker/codec/accelerators.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';
import { printTable } from './table.ts';
import { writeMixedCorpus, writeSharedAttachmentMail, type Corpus } from './vault-corpus.ts';

const corpusBytes = Number(process.argv[2] ?? 1_000_000_000);
const rounds = Number(process.argv[3] ?? 3);

/** A program that stores a folder; `command` gets the folder and an empty place. */
interface Contestant {
  readonly name: string;
  readonly prepare: (placePath: string) => void;
  readonly command: (folderPath: string, placePath: string) => readonly string[];
}

interface Measured {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly storedBytes: number;
}

const peerEnvironment = {
  ...process.env,
  // What launch.mjs does for the command line.
  NODE_COMPILE_CACHE: 'node_modules/.cache/holdfast',
  RESTIC_PASSWORD: 'benchmark',
  BORG_PASSPHRASE: 'benchmark',
  BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK: 'yes',
};

function run(command: readonly string[]): string {
  const [program = '', ...words] = command;
  const result = spawnSync(program, words, { encoding: 'utf8', env: peerEnvironment });
  if (result.status !== 0) throw new Error(`${command.join(' ')}: ${result.stderr}`);
  return `${result.stdout}${result.stderr}`;
}

function versionOf(program: string): string | undefined {
  const result = spawnSync(program, [program === 'restic' ? 'version' : '--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim().split('\n')[0] : undefined;
}

const holdfast: Contestant = {
  name: 'holdfast',
  prepare: () => undefined,
  command: (folderPath, placePath) => [process.execPath, 'tests/bench/store-files.ts', folderPath, placePath],
};
const restic: Contestant = {
  name: 'restic',
  prepare: (placePath) => void run(['restic', 'init', '-q', '-r', placePath]),
  command: (folderPath, placePath) => ['restic', '-q', '-r', placePath, '--no-cache', 'backup', folderPath],
};
const borg: Contestant = {
  name: 'borg',
  prepare: (placePath) => void run(['borg', 'init', '-e', 'repokey-blake2', placePath]),
  command: (folderPath, placePath) => ['borg', 'create', '-C', 'zstd,3', `${placePath}::archive`, folderPath],
};

/** One run: user and system time as the shell counts them, wall time, and what lies in the place afterwards. */
function measure(contestant: Contestant, folderPath: string): Measured {
  const placePath = join(mkdtempSync('/dev/shm/holdfast-bench-'), 'place');
  try {
    contestant.prepare(placePath);
    const command = contestant.command(folderPath, placePath);
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const output = run(['bash', '-c', `TIMEFORMAT='time %U %S %R'; time ${quoted}`]);
    const [, user = 0, system = 0, wall = 0] = (/time ([\d.]+) ([\d.]+) ([\d.]+)/.exec(output) ?? []).map(
      Number,
    );
    const storedBytes = Number(run(['du', '-sb', placePath]).split('\t')[0]);
    return { cpuSeconds: user + system, wallSeconds: wall, storedBytes };
  } finally {
    rmSync(join(placePath, '..'), { recursive: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function compare(name: string, corpus: Corpus, contestants: readonly Contestant[]): void {
  for (const contestant of contestants) measure(contestant, corpus.path);
  const results = new Map(contestants.map((contestant): [string, Measured[]] => [contestant.name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of contestants)
      results.get(contestant.name)?.push(measure(contestant, corpus.path));
  }
  const ours = results.get(holdfast.name) ?? [];
  const rows = contestants.map((contestant) => {
    const theirs = results.get(contestant.name) ?? [];
    const ratio = (pick: (one: Measured) => number): string =>
      median(theirs.map((one, round) => pick(ours[round] ?? one) / pick(one))).toFixed(2);
    const cpuSeconds = median(theirs.map((one) => one.cpuSeconds));
    return [
      contestant.name,
      cpuSeconds.toFixed(2),
      (corpus.sizeBytes / 2 ** 20 / cpuSeconds).toFixed(0),
      median(theirs.map((one) => one.wallSeconds)).toFixed(2),
      (median(theirs.map((one) => one.storedBytes)) / 1e6).toFixed(0),
      ratio((one) => one.cpuSeconds),
      ratio((one) => one.wallSeconds),
      ratio((one) => one.storedBytes),
    ];
  });
  process.stdout.write(`\n${name}: ${corpus.files} files, ${(corpus.sizeBytes / 1e6).toFixed(0)} MB\n`);
  printTable(
    [
      'program',
      'CPU s',
      'MiB/CPU-s',
      'wall s',
      'stored MB',
      'ours/its CPU',
      'ours/its wall',
      'ours/its size',
    ],
    rows,
  );
}

await loadSodium();
const contestants = [holdfast, restic, borg].filter(({ name }) => {
  const version = name === 'holdfast' ? `Node ${process.versions.node}` : versionOf(name);
  process.stdout.write(`${name}: ${version ?? 'not installed, left out'}\n`);
  return version !== undefined;
});
process.stdout.write(`compression ${createCompressor().name}, cipher ${selectAccelerators().cipher.path}\n`);
const corpusPath = mkdtempSync('/dev/shm/holdfast-corpus-');
try {
  compare('mixed files', await writeMixedCorpus(join(corpusPath, 'mixed'), corpusBytes), contestants);
  rmSync(join(corpusPath, 'mixed'), { recursive: true });
  const mail = await writeSharedAttachmentMail(join(corpusPath, 'mail'), corpusBytes / 2);
  compare('mail with shared attachments', mail, contestants);
} finally {
  rmSync(corpusPath, { recursive: true });
}

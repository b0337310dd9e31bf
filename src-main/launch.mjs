#!/usr/bin/env node
/**
 * The first thing that runs: makes sure that it is a Node that Holdfast can use, then starts the command line. Plain
 * JavaScript that any Node since 14 parses, and no imports of ours, so that an old Node gets a sentence and no trace.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as modules from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** Node-API 10 came with Node 22.14; Node 24 also runs TypeScript as it is and compresses with zstd. */
const oldestNodeApi = 10;
const oldestMajor = 24;

const here = dirname(fileURLToPath(import.meta.url));

function isUsable() {
  const major = Number(process.versions.node.split('.')[0]);
  return Number(process.versions.napi) >= oldestNodeApi && major >= oldestMajor;
}

/** Node 24 as it is installed beside us, by `npm ci`. */
function installedNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const path = join(here, '..', 'node_modules', 'node', 'bin', name);
  return existsSync(path) ? path : undefined;
}

/** Runs ourselves with another Node, as if it had been that from the start: input, output, signals, exit code. */
function runWith(nodePath) {
  const self = fileURLToPath(import.meta.url);
  // glibc keeps a heap a thread and gives little of any back: two heaps are enough. What is large must not lie in them
  // at all, or it leaves holes that nothing fits; by default glibc moves it in there once some of it was freed.
  const env = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '1048576', ...process.env };
  const child = spawn(nodePath, [self, ...process.argv.slice(2)], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  // Windows has no signal for a program's own purposes; elsewhere this one pauses a backup.
  if (process.platform !== 'win32') process.on('SIGUSR2', () => child.kill('SIGUSR2'));
  child.on('error', (error) => refuse(`Node at ${nodePath} does not start: ${error.message}.`));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}

function refuse(what) {
  process.stderr.write(
    `holdfast: ${what}\nHoldfast needs Node ${oldestMajor}. Run "npm ci" in its folder, which installs it, or install Node ${oldestMajor} yourself.\n`,
  );
  process.exitCode = 1;
}

if (isUsable()) {
  // Compiled code is kept beside the packages, and not in a temporary folder that others can write to.
  modules.enableCompileCache(join(here, '..', 'node_modules', '.cache', 'holdfast'));
  // Threads do not take this over from us, but from the environment. There is none where the folder cannot be written.
  const compiledPath = modules.getCompileCacheDir();
  if (compiledPath !== undefined) process.env.NODE_COMPILE_CACHE ??= compiledPath;
  await import('./cli.ts');
} else {
  const nodePath = installedNode();
  if (nodePath === undefined || process.execPath === nodePath)
    refuse(`this is Node ${process.versions.node}.`);
  else runWith(nodePath);
}

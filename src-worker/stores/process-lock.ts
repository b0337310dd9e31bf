/**
 * An advisory lock between processes of one machine: a file with the owner's process id. It spares people a second run
 * that would do the same work; nothing relies on it for safety, so a dead owner's lock is simply taken over.
 */
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { randomBytes } from 'node:crypto';

/** A lock that is held. */
export interface ProcessLock {
  release(): Promise<void>;
}

/** Takes the lock at `path`, or tells the process id of its living owner. */
export async function takeProcessLock(path: string): Promise<ProcessLock | { readonly ownerPid: number }> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const ownPath = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(ownPath, String(process.pid), { mode: 0o600 });
  try {
    for (;;) {
      if (await linkIfAbsent(ownPath, path)) return { release: () => unlink(path).catch(() => undefined) };
      const ownerPid = Number(await readFile(path, 'utf8').catch(() => '0'));
      if (isProcessAlive(ownerPid)) return { ownerPid };
      await unlink(path).catch(() => undefined);
    }
  } finally {
    await unlink(ownPath).catch(() => undefined);
  }
}

async function linkIfAbsent(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** True while a process of this machine has that id; another process may have inherited it. */
export function isProcessAlive(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Starts the engine's threads: codec threads for a run, a password thread for one derivation. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { PasswordKeyParameters } from '../../codec/password-key.ts';
import type { CodecReply, CodecThread } from '../../jobs/codec-pool.ts';
import type { DedupFilterMemory } from '../../vault/index/dedup-filter.ts';
import type { WriterKeys } from '../../vault/keys/key-ring.ts';

/**
 * The garbage of a codec thread is small and dies at once. V8 would begin with a young generation of a megabyte, collect
 * it thirty times a second, and let it grow to a hundred where the machine has memory to spare.
 */
const firstSemiSpaceMb = 4;
const maxYoungGenerationSizeMb = 24;

/** One thread fewer than cores, so that the engine has one for itself. */
export function codecThreadCount(): number {
  return Math.max(1, availableParallelism() - 1);
}

export function startCodecThreads(
  keys: WriterKeys,
  filterMemory: DedupFilterMemory,
  count: number,
): CodecThread[] {
  // Read when a thread's heap is made; there is no other way to say it.
  setFlagsFromString(`--min-semi-space-size=${firstSemiSpaceMb}`);
  return Array.from({ length: count }, () => startCodecThread({ keys, filterMemory }));
}

function startCodecThread(workerData: { keys: WriterKeys; filterMemory: DedupFilterMemory }): CodecThread {
  const worker = new Worker(new URL('../codec-thread.ts', import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb },
  });
  return {
    send: (request, transfer) => worker.postMessage(request, [...transfer]),
    listen(onReply, onFailure) {
      worker.on('message', (reply: CodecReply) => onReply(reply));
      worker.on('error', onFailure);
    },
    async stop() {
      await worker.terminate();
    },
  };
}

/** Argon2id in a thread of its own: WebAssembly memory never shrinks, so it must end with the thread. */
export async function derivePasswordKeyInThread(
  password: string,
  parameters: PasswordKeyParameters,
): Promise<Uint8Array> {
  const worker = new Worker(new URL('../password-thread.ts', import.meta.url), {
    workerData: { password, parameters },
  });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
      worker.once('exit', () =>
        reject(
          new AppError(
            'internal',
            'The password could not be checked: its thread ended. Free some memory and try again.',
          ),
        ),
      );
    });
  } finally {
    await worker.terminate();
  }
}

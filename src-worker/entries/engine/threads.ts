/** Starts what works beside the engine: codecs for a run, a password thread for one derivation. */
import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { PasswordKeyParameters } from '../../codec/password-key.ts';
import { CodecHere } from '../../jobs/codec-here.ts';
import type { CodecLink, CodecReply } from '../../jobs/codec-link.ts';
import type { CodecData } from '../../jobs/codec.ts';

/**
 * The garbage of a codec thread is small and dies at once. V8 would begin with a young generation of a megabyte, collect
 * it thirty times a second, and let it grow to a hundred where the machine has memory to spare.
 */
const firstSemiSpaceMb = 4;
const maxYoungGenerationSizeMb = 24;

/** One thread fewer than cores, so that the engine has one for itself. */
export function codecThreadCount(): number {
  return availableParallelism() - 1;
}

/** Starts `threads` codecs in threads of their own; without any, one that takes turns with the engine. */
export function startCodecs(data: CodecData, threads: number): CodecLink[] {
  if (threads === 0) return [new CodecHere(data)];
  // Read when a thread's heap is made; there is no other way to say it.
  setFlagsFromString(`--min-semi-space-size=${firstSemiSpaceMb}`);
  return Array.from({ length: threads }, () => startCodecThread(data));
}

function startCodecThread(workerData: CodecData): CodecLink {
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

/** The one place of the codec that touches chance; everything else is handed a source, so that tests can repeat. */
import { randomFillSync } from 'node:crypto';

/** Gives `sizeBytes` unpredictable bytes. */
export type RandomBytes = (sizeBytes: number) => Uint8Array;

/** The operating system's generator. */
export const systemRandomBytes: RandomBytes = (sizeBytes) => randomFillSync(new Uint8Array(sizeBytes));

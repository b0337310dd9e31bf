/** Derives one password key and ends: the memory that Argon2id took is given back with the thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { derivePasswordKey, type PasswordKeyParameters } from '../codec/password-key.ts';

const { password, parameters } = workerData as { password: string; parameters: PasswordKeyParameters };
parentPort?.postMessage(await derivePasswordKey(password, parameters));

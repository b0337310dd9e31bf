/** A codec thread. Gets keys and the shared filter at its start, then content. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadSodium } from '../codec/sodium.ts';
import type { CodecRequest } from '../jobs/codec-link.ts';
import { Codec, type CodecData } from '../jobs/codec.ts';

const port = parentPort;
if (port === null) throw new Error('a codec thread is started by the engine');
await loadSodium();
const codec = new Codec(workerData as CodecData, (reply, transfer) => port.postMessage(reply, transfer));
port.on('message', (request: CodecRequest) => codec.take(request));

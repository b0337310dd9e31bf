/**
 * Stores a folder's files in a new vault through the product's own codec threads, packs and session: one process, so
 * that its CPU time is the pipeline's. `node store-files.ts FOLDER VAULT`; prints JSON.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { createCompressor } from '../../src-worker/codec/compress.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';
import { codecThreadCount, startCodecs } from '../../src-worker/entries/engine/threads.ts';
import { BufferShelf } from '../../src-worker/jobs/buffer-shelf.ts';
import { forEachConcurrent } from '../../src-worker/jobs/concurrency.ts';
import { CodecPool } from '../../src-worker/jobs/codec-pool.ts';
import { openLocalDiskStore } from '../../src-worker/stores/local-disk-store.ts';
import { createDedupFilterMemory } from '../../src-worker/vault/index/dedup-filter.ts';
import { beginSession } from '../../src-worker/vault/session/write-session.ts';
import { createVault } from '../../src-worker/vault/vault.ts';

const [folderPath = '', vaultPath = ''] = process.argv.slice(2);
const clock = { nowMs: () => Date.now(), sleep: () => Promise.reject(new Error('not needed')) };

await loadSodium();
const vault = await createVault(
  {
    store: await openLocalDiskStore(vaultPath),
    compressor: createCompressor(),
    derivePasswordKey: () => Promise.resolve(new Uint8Array(randomBytes(32))),
  },
  {
    sources: [{ kind: 'recovery', recoveryKey: new Uint8Array(randomBytes(32)) }],
    passwordCost: { opsLimit: 2, memLimitBytes: 64 * 1024 * 1024 },
  },
);
const chain = { chainId: randomBytes(16).toString('hex'), number: 0, parent: null };
const session = await beginSession({ vault, agent: 'bench', clock }, chain);
const shelf = new BufferShelf();
const pool = new CodecPool({
  startCodecs: () =>
    startCodecs({ keys: vault.keys.writerKeys, filterMemory: createDedupFilterMemory() }, codecThreadCount()),
  shelf,
  holdBack: () => () => undefined,
  onPack: (pack) => session.addPack(pack),
});

/** As many as a backup of 16 accounts fetches at the same time. */
const filesAtOnce = 64;
const owner = { workload: 'files', account: 'bench' };
let sizeBytes = 0;
let files = 0;

function readFile(path: string): Uint8Array<ArrayBuffer> {
  const file = openSync(path, 'r');
  const bytes = shelf.take(fstatSync(file).size);
  for (let at = 0; at < bytes.length;) at += readSync(file, bytes, { offset: at });
  closeSync(file);
  return bytes;
}

const names = readdirSync(folderPath, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.\w+$/.test(name),
);
await forEachConcurrent(names, filesAtOnce, async (name) => {
  const bytes = readFile(join(folderPath, name));
  sizeBytes += bytes.length;
  files += 1;
  const content = await pool.write(name.endsWith('.eml') ? 'mime' : 'bytes', bytes, 'bench');
  await session.writeItem(owner, { id: name, collection: 'folder', version: '1', content, info: { name } });
});
const totals = await pool.flush();
const counts = { saved: files, unchanged: 0, removed: 0, skipped: 0, failed: 0, bytes: sizeBytes };
const protectedItem = { id: chain.chainId, name: 'bench', organization: 'bench' };
await session.commit({ protectedItem, outcome: 'complete', counts, issues: [] });
await pool.close();
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(
  `${JSON.stringify({ sizeBytes, totals, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, maxRssBytes: maxRSS * 1024 })}\n`,
);

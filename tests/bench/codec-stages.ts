/**
 * Measures the stages of the codec on one thread, in MiB of input per CPU-second, so that a figure does not depend on
 * who else uses the machine. Run with `npx node tests/bench/codec-stages.ts`; each figure is the median of five.
 */
import { createChunker, largeChunkSizes, smallChunkSizes } from '../../src-worker/codec/chunker.ts';
import { createPackCipher } from '../../src-worker/codec/aead.ts';
import { createCompressor, isLikelyIncompressible } from '../../src-worker/codec/compress.ts';
import { createChunkHash, sha256 } from '../../src-worker/codec/hash.ts';
import { joinMime, splitMime, verifySplit } from '../../src-worker/codec/mime-split.ts';
import { loadSodium } from '../../src-worker/codec/sodium.ts';
import { pseudoRandomBytes } from '../support/pseudo-random.ts';

const MIB = 1024 * 1024;
const CORPUS_BYTES = 32 * MIB;
const PIECE_BYTES = 64 * 1024;
const ROUNDS = 5;
const ROUND_CPU_MS = 250;

interface Stage {
  readonly name: string;
  readonly inputBytes: number;
  readonly run: () => void;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** MiB per CPU-second over one round of at least {@link ROUND_CPU_MS}. */
function measureRound({ inputBytes, run }: Stage): number {
  const startMs = cpuMs();
  let runs = 0;
  do {
    run();
    runs += 1;
  } while (cpuMs() - startMs < ROUND_CPU_MS);
  return (inputBytes * runs) / MIB / ((cpuMs() - startMs) / 1000);
}

function measure(stage: Stage): number {
  stage.run();
  const rounds = Array.from({ length: ROUNDS }, () => measureRound(stage)).sort((a, b) => a - b);
  return Math.round(rounds[Math.floor(ROUNDS / 2)] ?? 0);
}

/** Half words of a small vocabulary in random order, half noise: compresses about as mail with attachments does. */
function createCorpus(): Uint8Array {
  const corpus = pseudoRandomBytes(CORPUS_BYTES, 1);
  const vocabulary = Array.from({ length: 512 }, (_, index) =>
    Buffer.from(`${Buffer.from(pseudoRandomBytes(3 + (index % 7), index)).toString('hex')} `),
  );
  for (let start = 0; start < CORPUS_BYTES; start += 2 * MIB) {
    for (let at = start; at < start + MIB - 32;) {
      const word = vocabulary[((corpus[at] ?? 0) << 1) | ((corpus[at + 1] ?? 0) & 1)] ?? Buffer.alloc(1);
      corpus.set(word, at);
      at += word.length;
    }
  }
  return corpus;
}

/** A message with attachments of 1 MiB each, 76 characters a line. */
function createMail(attachments: number): Uint8Array {
  const lines = (seed: number): string =>
    Buffer.from(pseudoRandomBytes(MIB, seed)).toString('base64').replace(/.{76}/g, '$&\r\n');
  const parts = Array.from(
    { length: attachments },
    (_, index) =>
      `--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines(index)}\r\n`,
  );
  return Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts.join('')}--b--\r\n`, 'latin1');
}

function pieces(data: Uint8Array, pieceBytes = PIECE_BYTES): Uint8Array[] {
  return Array.from({ length: Math.ceil(data.length / pieceBytes) }, (_, index) =>
    data.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  );
}

function eachPiece(
  name: string,
  all: readonly Uint8Array[],
  work: (piece: Uint8Array, index: number) => unknown,
): Stage {
  const inputBytes = all.reduce((sum, piece) => sum + piece.length, 0);
  return { name, inputBytes, run: () => all.forEach((piece, index) => void work(piece, index)) };
}

function chunkStages(corpus: Uint8Array, key: Uint8Array): Stage[] {
  return [
    { name: 'small', sizes: smallChunkSizes },
    { name: 'large', sizes: largeChunkSizes },
  ].map(({ name, sizes }) => {
    const chunker = createChunker(key, sizes);
    return { name: `chunk, ${name}`, inputBytes: corpus.length, run: () => void chunker.cut(corpus) };
  });
}

function hashStages(corpus: Uint8Array, key: Uint8Array): Stage[] {
  const named = createChunkHash(key);
  return [
    eachPiece('name, 64 KiB', pieces(corpus), (piece) => named.hash(piece)),
    eachPiece('name, 2 KiB', pieces(corpus.subarray(0, 8 * MIB), 2048), (piece) => named.hash(piece)),
    eachPiece('sha256, 16 MiB', pieces(corpus, 16 * MIB), (piece) => sha256(piece)),
  ];
}

function sealStages(corpus: Uint8Array, key: Uint8Array): Stage[] {
  const aad = new Uint8Array(48);
  const out = new Uint8Array(PIECE_BYTES + 16);
  return (['native', 'wasm'] as const).flatMap((path) => {
    const cipher = createPackCipher(key, key.subarray(0, 16), path);
    const sealed = pieces(corpus).map((piece, counter) => cipher.seal(piece, aad, counter));
    return [
      eachPiece(`seal, ${path}`, pieces(corpus), (piece, counter) => cipher.seal(piece, aad, counter)),
      eachPiece(`seal into, ${path}`, pieces(corpus), (piece, counter) =>
        cipher.sealInto(out, piece, { aad, counter }),
      ),
      eachPiece(`open, ${path}`, sealed, (piece, counter) => cipher.open(piece, aad, counter)),
    ];
  });
}

function compressStages(corpus: Uint8Array): Stage[] {
  return (['zstd-napi', 'node-zlib'] as const).flatMap((preferred) => {
    const compressor = createCompressor({ preferred });
    const stored = pieces(corpus).map((piece) => compressor.compress(piece, 3).slice());
    return [
      ...[1, 3].map((level) =>
        eachPiece(`compress L${level}, ${compressor.name}`, pieces(corpus), (piece) =>
          compressor.compress(piece, level),
        ),
      ),
      {
        name: `decompress, ${compressor.name}`,
        inputBytes: corpus.length,
        run: () => stored.forEach((piece) => void compressor.decompress(piece, PIECE_BYTES)),
      },
    ];
  });
}

function mimeStages(mail: Uint8Array): Stage[] {
  const split = splitMime(mail);
  if (split === null) throw new Error('the benchmark’s own mail does not split');
  const on = (name: string, run: () => unknown): Stage => ({
    name,
    inputBytes: mail.length,
    run: () => void run(),
  });
  return [
    on('MIME split, verified', () => splitMime(mail)),
    on('MIME join', () => joinMime(split.skeleton, split.parts)),
    on('MIME join and compare', () => verifySplit(mail, split)),
  ];
}

await loadSodium();
const corpus = createCorpus();
const key = pseudoRandomBytes(32, 2);
const stages = [
  ...chunkStages(corpus, key),
  ...hashStages(corpus, key),
  ...sealStages(corpus, key),
  ...compressStages(corpus),
  eachPiece('probe for compressibility', pieces(corpus, 4 * PIECE_BYTES), (piece) =>
    isLikelyIncompressible(piece),
  ),
  ...mimeStages(createMail(8)),
];
console.log(`${'stage'.padEnd(32)}MiB per CPU-second`);
for (const stage of stages) console.log(`${stage.name.padEnd(32)}${String(measure(stage)).padStart(6)}`);

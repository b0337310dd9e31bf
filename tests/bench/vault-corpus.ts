/**
 * Files for the vault benchmarks, made from a seed: the mixed set (mail, office documents, text and JSON, copies) and
 * mail that carries the same attachments to many people. Written once a run; the peers read the same files.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { startSimulator } from '../../src-simulator/start-simulator.ts';
import { readMailOf } from './simulator-mail.ts';

/** Bytes and files that were written. */
export interface Corpus {
  readonly path: string;
  readonly files: number;
  readonly sizeBytes: number;
}

/** Deterministic bytes that no compressor shrinks. */
function noise(seed: string, sizeBytes: number): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < sizeBytes; at += 64)
    blocks.push(createHash('sha512').update(`${seed} ${at}`).digest());
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

/** Prose-like text: words of a small vocabulary by a skewed draw, so that it compresses about as text does. */
function prose(seed: string, sizeBytes: number): Buffer {
  const draw = noise(seed, Math.ceil(sizeBytes / 2));
  const words: string[] = [];
  let length = 0;
  for (let at = 0; length < sizeBytes; at = (at + 2) % (draw.length - 2)) {
    const word = vocabulary[((draw[at] ?? 0) * (draw[at + 1] ?? 0)) % vocabulary.length] ?? '';
    words.push(word);
    length += word.length + 1;
  }
  return Buffer.from(words.join(' ')).subarray(0, sizeBytes);
}

const vocabulary = Array.from({ length: 4096 }, (_, index) =>
  createHash('md5')
    .update(`word ${index}`)
    .digest('base64')
    .replace(/[^a-z]/gi, '')
    .slice(0, 2 + (index % 9)),
);

/** An office-like file: parts that are deflated already, with an XML part that is not. */
function office(seed: string, sizeBytes: number): Buffer {
  const xml = deflateRawSync(prose(`${seed} xml`, Math.floor(sizeBytes / 2)));
  return Buffer.concat([
    Buffer.from('PK\u0003\u0004'),
    xml,
    noise(`${seed} media`, Math.max(0, sizeBytes - xml.length)),
  ]);
}

class CorpusWriter {
  readonly #path: string;
  #files = 0;
  #sizeBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  write(name: string, bytes: Uint8Array): void {
    const folderPath = join(this.#path, String(this.#files % 50));
    mkdirSync(folderPath, { recursive: true });
    writeFileSync(join(folderPath, `${this.#files}-${name}`), bytes);
    this.#files += 1;
    this.#sizeBytes += bytes.length;
  }

  get corpus(): Corpus {
    return { path: this.#path, files: this.#files, sizeBytes: this.#sizeBytes };
  }
}

/** About `sizeBytes`: 40 % mail, 30 % office files, 20 % text and JSON, 10 % copies. */
export async function writeMixedCorpus(path: string, sizeBytes: number): Promise<Corpus> {
  const writer = new CorpusWriter(path);
  await writeMail(writer, { profile: 'typical', limitBytes: sizeBytes * 0.4 });
  const copies: Buffer[] = [];
  for (let index = 0, written = 0; written < sizeBytes * 0.3; index += 1) {
    const file = office(`office ${index}`, 60_000 + (index % 17) * 40_000);
    writer.write('document.docx', file);
    written += file.length;
    if (index % 3 === 0) copies.push(file);
  }
  for (let index = 0, written = 0; written < sizeBytes * 0.2; index += 1) {
    const file = prose(`text ${index}`, 3_000 + (index % 29) * 2_500);
    writer.write(index % 2 === 0 ? 'notes.txt' : 'data.json', file);
    written += file.length;
  }
  for (let index = 0, written = 0; written < sizeBytes * 0.1; index += 1) {
    const file = copies[index % copies.length] ?? Buffer.alloc(1);
    writer.write('copy.docx', file);
    written += file.length;
  }
  return writer.corpus;
}

/** Mail in which the same attachments go to many people. */
export async function writeSharedAttachmentMail(path: string, sizeBytes: number): Promise<Corpus> {
  const writer = new CorpusWriter(path);
  await writeMail(writer, { profile: 'shared-attachments', limitBytes: sizeBytes });
  return writer.corpus;
}

async function writeMail(
  writer: CorpusWriter,
  want: { profile: 'typical' | 'shared-attachments'; limitBytes: number },
): Promise<void> {
  const simulator = await startSimulator({
    profile: want.profile,
    users: 40,
    messagesPerUser: 2000,
    unreadableShare: 0,
    limits: { isEnforced: false },
  });
  try {
    let written = 0;
    for await (const message of readMailOf(simulator)) {
      writer.write('message.eml', message);
      written += message.length;
      if (written >= want.limitBytes) return;
    }
  } finally {
    await simulator.close();
  }
}

/**
 * The pool of documents people attach: document n is a pure function of the seed and n. A few are sent again and
 * again (popularity about 1/rank), most once or twice. Encoded forms are cached within a bound.
 */
import { Dice, fillWithNoise, logNormal, mix } from '../chance.ts';
import { ByteCache } from './byte-cache.ts';
import { base64Lines, type Base64Lines } from './transfer-encodings.ts';

export interface Document {
  number: number;
  name: string;
  contentType: string;
  sizeBytes: number;
}

interface Format {
  suffix: string;
  contentType: string;
  head: Buffer;
  tail: Buffer;
}

const zipHead = Buffer.from('504b030414000600080000002100', 'hex');
const zipTail = Buffer.from('504b0506000000000b000b00c10200003a2c00000000', 'hex');
const office = 'application/vnd.openxmlformats-officedocument.';
const formats: readonly Format[] = [
  {
    suffix: 'pdf',
    contentType: 'application/pdf',
    head: Buffer.from('%PDF-1.7\n%\xb5\xed\xae\xfb\n', 'latin1'),
    tail: Buffer.from('\nstartxref\n173\n%%EOF\n'),
  },
  { suffix: 'docx', contentType: `${office}wordprocessingml.document`, head: zipHead, tail: zipTail },
  { suffix: 'xlsx', contentType: `${office}spreadsheetml.sheet`, head: zipHead, tail: zipTail },
  {
    suffix: 'jpg',
    contentType: 'image/jpeg',
    head: Buffer.from('ffd8ffe000104a46494600010101', 'hex'),
    tail: Buffer.from('ffd9', 'hex'),
  },
];
const names = [
  'Zeichnung',
  'Angebot',
  'Protokoll',
  'Rechnung',
  'facture',
  'compte-rendu',
  'Price list',
  'Übersicht',
  '見積書',
  'Договор',
  'Foto',
  'Quarterly figures',
];

const minimumBytes = 10_240;
const maximumBytes = 25 * 1024 * 1024;

/** Numbers of this document and above are small pictures for signatures. */
export const firstLogo = 100_000;
export const logoCount = 24;

export class Documents {
  readonly #seed: number;
  readonly #poolSize: number;
  readonly #cache = new ByteCache(64 * 1024 * 1024);

  constructor(seed: number, poolSize: number) {
    this.#seed = seed;
    this.#poolSize = poolSize;
  }

  /** Chooses a document: rank r comes up about as often as 1/r. */
  choose(share: number): number {
    return Math.min(this.#poolSize - 1, Math.floor((this.#poolSize + 1) ** share) - 1);
  }

  describe(number: number): Document {
    const dice = new Dice(mix(this.#seed, 501, number));
    if (number >= firstLogo) {
      return {
        number,
        name: `logo${number - firstLogo}.png`,
        contentType: 'image/png',
        sizeBytes: 3_000 + dice.below(18_000),
      };
    }
    const format = formats[dice.below(formats.length)] as Format;
    return {
      number,
      name: `${dice.pick(names)} ${number + 1}.${format.suffix}`,
      contentType: format.contentType,
      sizeBytes: this.#sizeOf(number, dice),
    };
  }

  /** Popular documents are modest; the longest ones are rare, and one of them has the full 25 MB. */
  #sizeOf(number: number, dice: Dice): number {
    if (number === this.#poolSize - 1 && this.#poolSize > 100) return maximumBytes;
    const median = number < 20 ? 90_000 : 160_000;
    const size = Math.round(logNormal(median, number < 20 ? 0.7 : 1.1, dice));
    return Math.min(maximumBytes, Math.max(minimumBytes, size));
  }

  bytes(number: number): Buffer {
    return this.#cache.get(`raw ${number}`, () => this.#make(number));
  }

  /** The document in base64 lines. */
  encoded(number: number, lines: Base64Lines): Buffer {
    const key = `${number} ${lines.width} ${lines.lineEnd.length} ${lines.trailing.length}`;
    return this.#cache.get(key, () => base64Lines(this.#make(number), lines));
  }

  #make(number: number): Buffer {
    const document = this.describe(number);
    const format = formats.find((candidate) => document.name.endsWith(candidate.suffix));
    const bytes = Buffer.allocUnsafe(document.sizeBytes);
    fillWithNoise(bytes, mix(this.#seed, 502, number));
    if (format) {
      format.head.copy(bytes);
      format.tail.copy(bytes, bytes.length - format.tail.length);
    } else {
      Buffer.from('89504e470d0a1a0a', 'hex').copy(bytes);
    }
    return bytes;
  }
}

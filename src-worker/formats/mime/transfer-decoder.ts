/**
 * Takes transfer encodings off (RFC 2045, 6), piece by piece. What breaks the rules is skipped or kept as it is, as mail
 * programs do; nothing throws.
 */

/** Bytes in, bytes out; `end` gives the last of them. */
export interface TransferDecoder {
  push(bytes: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

/** `encoding` in small letters. One that is not known means none: 7bit, 8bit and binary change nothing. */
export function transferDecoder(encoding: string): TransferDecoder {
  if (encoding === 'base64') return new LetterByLetter(new Base64Letters());
  if (encoding === 'quoted-printable') return new LetterByLetter(new QuotedPrintable());
  return { push: (bytes) => bytes, end: () => new Uint8Array(0) };
}

interface LetterDecoder {
  decode(text: string, isLast: boolean): Uint8Array;
}

class LetterByLetter implements TransferDecoder {
  readonly #decoder: LetterDecoder;

  constructor(decoder: LetterDecoder) {
    this.#decoder = decoder;
  }

  push(bytes: Uint8Array): Uint8Array {
    return this.#decoder.decode(latin1(bytes), false);
  }

  end(): Uint8Array {
    return this.#decoder.decode('', true);
  }
}

const latin1 = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('latin1');

/** RFC 2045, 6.8: characters outside the alphabet are ignored. */
class Base64Letters implements LetterDecoder {
  #rest = '';

  decode(text: string, isLast: boolean): Uint8Array {
    const letters = this.#rest + text.replace(/[^A-Za-z0-9+/]+/g, '');
    const whole = isLast ? letters.length : letters.length - (letters.length % 4);
    this.#rest = letters.slice(whole);
    return Buffer.from(letters.slice(0, whole), 'base64');
  }
}

/** RFC 2045, 6.7: an `=` before anything else than two digits or the end of a line stays. */
class QuotedPrintable implements LetterDecoder {
  #rest = '';

  decode(text: string, isLast: boolean): Uint8Array {
    const letters = this.#rest + text;
    const whole = isLast ? letters.length : wholeSequences(letters);
    this.#rest = letters.slice(whole);
    const plain = letters
      .slice(0, whole)
      .replace(/=(?:[ \t]*\r?\n|([0-9A-Fa-f]{2}))/g, (_, digits: string | undefined) =>
        digits === undefined ? '' : String.fromCharCode(Number.parseInt(digits, 16)),
      );
    return Buffer.from(plain, 'latin1');
  }
}

/** Where the last `=` begins whose sequence may go on behind the end; the padding of a line can be long, but not endless. */
function wholeSequences(letters: string): number {
  const last = letters.lastIndexOf('=');
  const isOpen =
    last >= 0 && letters.length - last <= 128 && /^=[0-9A-Fa-f \t]*\r?$/.test(letters.slice(last));
  return isOpen ? last : letters.length;
}

/**
 * Messages one behind the other in one file: mbox (RFC 4155) with the quoting of mboxrd, in which every line `From `, with
 * any number of `>` before it, gets one more, so that it can be taken back. Lines end with LF.
 */

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quote = 0x3e;
const mark = Buffer.from('From ');
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** An address that cannot be taken for anything else on the line. */
const plainAddress = /^[\x21-\x7e]+@[\x21-\x7e]+$/;
/** Stands for a sender that nobody knows. */
const unknownSender = 'MAILER-DAEMON';

/** The line that begins a message: sender, and time in UTC as `asctime` writes it. */
export function mboxFromLine(sender: string | undefined, time: Date | undefined): Uint8Array {
  const of = time ?? new Date(0);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = [of.getUTCHours(), of.getUTCMinutes(), of.getUTCSeconds()].map(two).join(':');
  const day = String(of.getUTCDate()).padStart(2, ' ');
  const date = `${weekdays[of.getUTCDay()]} ${months[of.getUTCMonth()]} ${day} ${clock} ${of.getUTCFullYear()}`;
  const address = sender !== undefined && plainAddress.test(sender) ? sender : unknownSender;
  return Buffer.from(`From ${address} ${date}\n`);
}

/** Writes one message, piece by piece, as it stands in the file; holds six bytes at most between two pieces. */
export class MboxQuoter {
  /** Letters of `From ` that were met since the line began, `>` apart; undefined in the middle of a line. */
  #met: number | undefined = 0;
  #holdsReturn = false;
  #endsLine = true;

  push(piece: Uint8Array): Uint8Array {
    // Of 5 letters 6 are made at most, and what was held comes first.
    const out = Buffer.allocUnsafe(piece.length * 2 + 8);
    let at = 0;
    for (const byte of piece) {
      if (this.#holdsReturn && byte !== lineFeed) at = this.#write(out, at, carriageReturn);
      this.#holdsReturn = byte === carriageReturn;
      if (!this.#holdsReturn) at = this.#write(out, at, byte);
    }
    return out.subarray(0, at);
  }

  /** The rest of the message and the empty line behind it. */
  end(): Uint8Array {
    const out = Buffer.alloc(16);
    let at = 0;
    if (this.#holdsReturn) at = this.#write(out, at, carriageReturn);
    at = this.#release(out, at);
    const isLineOpen = !this.#endsLine;
    at += out.write(isLineOpen ? '\n\n' : '\n', at);
    return out.subarray(0, at);
  }

  #write(out: Buffer, at: number, byte: number): number {
    let to = at;
    this.#endsLine = byte === lineFeed;
    if (this.#met !== undefined && byte === mark[this.#met]) {
      this.#met += 1;
      if (this.#met < mark.length) return to;
      // Where in a row of `>` one more is put does not matter.
      out[to] = quote;
      to = this.#release(out, to + 1);
      return to;
    }
    const isQuoting = this.#met === 0 && byte === quote;
    to = this.#release(out, to);
    out[to] = byte;
    if (byte === lineFeed || isQuoting) this.#met = 0;
    return to + 1;
  }

  /** Writes the letters that were held, and goes on in the middle of the line. */
  #release(out: Buffer, at: number): number {
    const held = this.#met ?? 0;
    out.set(mark.subarray(0, held), at);
    this.#met = undefined;
    return at + held;
  }
}

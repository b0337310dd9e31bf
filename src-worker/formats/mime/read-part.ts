/** The bytes of one part of a message, without its transfer encoding. */
import { MimeScanner, type PartSink } from './mime-scanner.ts';
import { decoding } from './read-mail.ts';
import { transferDecoder } from './transfer-decoder.ts';
import { ByteWindow, type ByteRange, type RangeOfBytes } from '../byte-window.ts';

const ignored: PartSink = { push: () => undefined, end: () => undefined };

/**
 * A range of the part that `readMail` gave `number`; undefined where the message has no such part. The message is read no
 * further than that takes. Rejects with what `pieces` rejects with.
 */
export async function readMailPart(
  pieces: AsyncIterable<Uint8Array>,
  number: number,
  range: ByteRange,
): Promise<RangeOfBytes | undefined> {
  const found: { window?: ByteWindow } = {};
  const scanner = new MimeScanner((part) => {
    if (part.number !== number) return ignored;
    const window = new ByteWindow(range);
    found.window = window;
    return decoding(transferDecoder(part.encoding), (bytes) => window.push(bytes));
  });
  for await (const piece of pieces) {
    scanner.push(piece);
    if (found.window?.isPast === true) break;
  }
  if (found.window?.isPast !== true) scanner.end();
  return found.window?.range();
}

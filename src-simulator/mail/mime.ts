/**
 * Writes a message out as MIME. The bytes depend on nothing but the facts, so a message has one content hash for its
 * whole life unless it is edited. Big attachment bodies stay separate buffers from the cache; the rest is one buffer.
 */
import { mimeBodies } from './mime-bodies.ts';
import type { Piece } from './mime-headers.ts';
import type { MailWorld, MessageFacts } from './message-facts.ts';
import { composeWritten } from './written-mime.ts';
import type { WrittenMessage } from './written-message.ts';

const separateFromBytes = 32_768;

/** The MIME bytes of a message, in parts. */
export function renderMessage(world: MailWorld, facts: MessageFacts): Buffer[] {
  return joinPieces(mimeBodies[facts.kind](world, facts));
}

/** The MIME bytes of a message that a client wrote, in parts. */
export const renderWritten = (message: WrittenMessage): Buffer[] => joinPieces(composeWritten(message));

/** Joins small neighbours into one buffer each; large buffers are passed on as they are. */
function joinPieces(pieces: readonly Piece[]): Buffer[] {
  const parts: Buffer[] = [];
  let run: Piece[] = [];
  const flush = () => {
    if (run.length === 0) return;
    const out = Buffer.allocUnsafe(run.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of run)
      at += typeof piece === 'string' ? out.write(piece, at, 'latin1') : piece.copy(out, at);
    parts.push(out);
    run = [];
  };
  for (const piece of pieces) {
    if (piece.length < separateFromBytes) {
      run.push(piece);
    } else {
      flush();
      parts.push(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    }
  }
  flush();
  return parts;
}

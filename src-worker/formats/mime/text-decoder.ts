/** Bytes of a text as letters, in the set of characters that the sender says, or in what the bytes look like. */

/** `isKnown` is false where there is no such set as the sender says. */
export interface DecodedText {
  readonly text: string;
  readonly isKnown: boolean;
}

export function decodedText(bytes: Uint8Array, charset: string): DecodedText {
  const decoder = charset === '' ? undefined : decoderFor(charset);
  if (decoder !== undefined) return { text: decoder.decode(bytes), isKnown: true };
  return { text: guessed(bytes), isKnown: charset === '' };
}

/** UTF-8 where the bytes are that, and otherwise what most older mail is in. */
function guessed(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** UTF-16 is not for mail (RFC 2781, appendix), but it is written. UTF-7, in which tags can hide, is not known here. */
function decoderFor(charset: string): TextDecoder | undefined {
  for (const label of [charset, charset.replace(/^x-/i, '')]) {
    try {
      return new TextDecoder(label);
    } catch {
      // Not a label of the Encoding Standard.
    }
  }
  return undefined;
}

/**
 * Kinds of pictures that are shown, known by their first bytes. SVG is none of them: it is a document, which can hold
 * scripts and load others.
 */
const signatures = [
  { type: 'image/png', at: 0, bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
  { type: 'image/jpeg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'image/gif', at: 0, bytes: [0x47, 0x49, 0x46, 0x38] },
  // RIFF, four bytes of size, WEBP.
  { type: 'image/webp', at: 8, bytes: [0x57, 0x45, 0x42, 0x50] },
] as const;

export type PictureType = (typeof signatures)[number]['type'];

/** The media type of a picture by its first bytes; undefined for everything else. */
export function pictureTypeOf(head: Uint8Array): PictureType | undefined {
  return signatures.find(({ at, bytes }) => bytes.every((byte, index) => head[at + index] === byte))?.type;
}

/** Knows content that is compressed already by its first bytes. */

/** PDF is missing on purpose: it may hold plain text as well as images, so a look at the bytes decides better. */
const SIGNATURES: readonly { readonly offset: number; readonly hex: string }[] = [
  { offset: 0, hex: 'ffd8ff' }, // JPEG
  { offset: 0, hex: '89504e470d0a1a0a' }, // PNG
  { offset: 0, hex: '504b0304' }, // zip, and with it docx, xlsx, pptx
  { offset: 4, hex: '66747970' }, // ISO media: mp4, mov, m4a, heic
  { offset: 0, hex: '1f8b08' }, // gzip
  { offset: 0, hex: '377abcaf271c' }, // 7z
  { offset: 0, hex: 'fd377a585a00' }, // xz
  { offset: 0, hex: '28b52ffd' }, // zstd
  { offset: 0, hex: '526172211a07' }, // rar
  { offset: 8, hex: '57454250' }, // WebP
];

const signatures = SIGNATURES.map(({ offset, hex }) => ({ offset, bytes: Buffer.from(hex, 'hex') }));

/** True when `data` begins like a compressed format. */
export function hasCompressedSignature(data: Uint8Array): boolean {
  return signatures.some(({ offset, bytes }) => {
    const end = offset + bytes.length;
    return data.length >= end && bytes.equals(data.subarray(offset, end));
  });
}

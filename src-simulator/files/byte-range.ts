/** The Range header: one range of bytes. Several ranges, and what is no range, mean the whole. */

export interface ByteRange {
  start: number;
  /** One past the last byte. */
  end: number;
}

/** The range asked for; null for the whole. */
export function readRange(
  header: string | undefined,
  totalBytes: number,
): ByteRange | null | 'unsatisfiable' {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return null;
  if (first === '') {
    const start = Math.max(0, totalBytes - Number(last));
    return start < totalBytes ? { start, end: totalBytes } : 'unsatisfiable';
  }
  const start = Number(first);
  const end = last === '' ? totalBytes : Math.min(totalBytes, Number(last) + 1);
  return start < end ? { start, end } : 'unsatisfiable';
}

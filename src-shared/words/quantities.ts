/**
 * Numbers as people read them: thousands separated, sizes decimal with three significant digits, durations and dates in
 * words. One locale (British English), so that the same command prints the same everywhere; scripts use `--json`.
 */

const counts = new Intl.NumberFormat('en-GB');
const unitNames = ['KB', 'MB', 'GB', 'TB', 'PB'] as const;
const monthNames = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** `4,512`. */
export function countText(count: number): string {
  return counts.format(count);
}

/** `1 item`, `4,512 items`; the plural is the noun with an s unless it is given. */
export function pluralText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}

/** `86.1 MB`; a MB is 1,000,000 bytes. */
export function sizeText(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${Math.round(sizeBytes)} B`;
  let value = sizeBytes / 1000;
  let unit = 0;
  // 999.5 and more would round to four digits.
  while (value >= 999.5 && unit < unitNames.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = value >= 999.5 ? countText(Math.round(value)) : threeDigits(value);
  return `${text} ${unitNames[unit] ?? ''}`;
}

/** `0.41 s`, `3.7 s`, `34 s`, `1 min 34 s`, `2 h 5 min`. */
export function durationText(durationMs: number): string {
  const seconds = durationMs / secondMs;
  if (seconds < 0.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds) / 60;
  if (minutes < 60) return joinUnits([Math.floor(minutes), 'min'], [Math.round(seconds) % 60, 's']);
  const wholeMinutes = Math.round(durationMs / minuteMs);
  return joinUnits([Math.floor(wholeMinutes / 60), 'h'], [wholeMinutes % 60, 'min']);
}

/** An estimate, as a range, because it is one: `under 10 s`, `1 to 2 min`. */
export function estimateText(remainingMs: number): string {
  if (remainingMs < 10 * secondMs) return 'under 10 s';
  if (remainingMs < minuteMs) return rangeText(remainingMs / (10 * secondMs), 10, 's');
  if (remainingMs < hourMs) return rangeText(remainingMs / minuteMs, 1, 'min');
  return rangeText(remainingMs / hourMs, 1, 'h');
}

/** `20 Nov 2026, 14:40` in the time zone of this computer; the text itself where it is no time. */
export function dateText(isoText: string): string {
  const date = new Date(isoText);
  if (Number.isNaN(date.getTime())) return isoText;
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getDate()} ${monthNames[date.getMonth()] ?? ''} ${date.getFullYear()}`;
  return `${day}, ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
}

/** `2.6 to 1`, or a dash where there is nothing to divide by. */
export function ratioText(whole: number, part: number): string {
  return part === 0 ? '–' : `${threeDigits(whole / part)} to 1`;
}

/** Items or bytes a second over a duration; 0 for no time at all. */
export function perSecond(amount: number, durationMs: number): number {
  return durationMs <= 0 ? 0 : (amount * secondMs) / durationMs;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return countText(Math.round(value));
  return value.toFixed(value >= 9.995 ? 1 : 2);
}

function rangeText(units: number, step: number, unit: string): string {
  const low = Math.max(1, Math.floor(units)) * step;
  return `${low} to ${low + step} ${unit}`;
}

function joinUnits([large, largeUnit]: [number, string], [small, smallUnit]: [number, string]): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

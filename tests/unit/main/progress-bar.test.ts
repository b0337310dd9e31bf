import { expect, test } from 'vitest';
import { ProgressBar, progressText } from '../../../src-main/cli/progress-bar.ts';
import type { Terminal } from '../../../src-main/cli/terminal.ts';
import type { JobProgress } from '../../../src-shared/model/job.ts';

const progress: JobProgress = {
  phase: 'saving',
  accountsDone: 1,
  accountsTotal: 36,
  itemsDone: 1148,
  itemsTotal: 4592,
  bytes: 86_100_000,
  requests: 1500,
  throttled: 0,
  isPaused: false,
  elapsedMs: 3000,
  remainingMs: 94_000,
  budget: [],
};
const told = { noun: 'items', isWaiting: false };

test('tells phase, share, items, bytes, rate and the time that is left', () => {
  expect(progressText(progress, told)).toBe(
    'Saving  █████░░░░░░░░░░░░░░░  1,148 of 4,592 items  86.1 MB  28.7 MB/s  1 to 2 min left',
  );
});

test('shows no bar and no estimate before the facts are known', () => {
  const text = progressText({ ...progress, itemsTotal: null, remainingMs: null }, told);
  expect(text).toBe('Saving  1,148 items  86.1 MB  28.7 MB/s');
});

test('a request to wait is told as what Microsoft asked', () => {
  expect(progressText(progress, { ...told, isWaiting: true })).toMatch(/Microsoft asked to wait$/);
});

test('tells the fullest of the limits, from four fifths of it on', () => {
  const meter = (service: 'outlook' | 'sharepoint', used: number) => ({
    service,
    used,
    allowed: 1200,
    free: 1200 - used,
    windowMs: 60_000,
    throttledMs: 0,
    forecastMs: null,
  });
  const textWith = (...budget: JobProgress['budget']) => progressText({ ...progress, budget }, told);
  expect(textWith(meter('outlook', 959))).not.toContain('limit');
  expect(textWith(meter('outlook', 960), meter('sharepoint', 1100))).toMatch(
    /SharePoint at 91 % of its limit$/,
  );
});

test('tells which limits bound the run, where they do and for some time', () => {
  const meter = (service: 'outlook' | 'sharepoint', forecastMs: number | null) => ({
    ...{ service, used: 0, allowed: 1200, free: 1200, windowMs: 60_000, throttledMs: 0 },
    forecastMs,
  });
  const textWith = (remainingMs: number | null, ...budget: JobProgress['budget']) =>
    progressText({ ...progress, remainingMs, budget }, told);
  expect(textWith(200_000, meter('outlook', 4_000), meter('sharepoint', 190_000))).toMatch(
    /3 to 4 min left {2}limits of SharePoint take 3 to 4 min$/,
  );
  expect(textWith(200_000, meter('sharepoint', 100_000))).not.toContain('limits');
  expect(textWith(20_000, meter('sharepoint', 20_000))).not.toContain('limits');
  expect(textWith(null, meter('sharepoint', 190_000))).not.toContain('limits');
  expect(textWith(200_000, meter('sharepoint', null))).not.toContain('limits');
});

test('says that it is paused, and no rate while it is', () => {
  const text = progressText({ ...progress, isPaused: true }, told);
  expect(text).toMatch(/^Paused/);
  expect(text).not.toContain('/s');
});

function drawn(isTTY: boolean, steps: readonly [nowMs: number, progress: JobProgress][]): string[] {
  const lines: string[] = [];
  let nowMs = 0;
  const terminal = {
    errors: { isTTY, columns: 60, write: (text: string) => lines.push(text) > 0 },
    clock: { nowMs: () => nowMs },
  } as unknown as Terminal;
  const bar = new ProgressBar(terminal, 'items');
  for (const [atMs, each] of steps) {
    nowMs = atMs;
    bar.show(each);
  }
  bar.clear();
  return lines;
}

test('redraws at most four times a second, fits the terminal, and leaves a clean line', () => {
  const lines = drawn(true, [
    [0, progress],
    [100, progress],
    [260, progress],
  ]);
  expect(lines).toHaveLength(3);
  expect(lines[0]!.replace('\r\u001b[K', '').length).toBeLessThan(60);
  expect(lines.at(-1)).toBe('\r\u001b[K');
});

test('tells for two seconds that Microsoft asked to wait', () => {
  const wide = { ...progress, bytes: 0, remainingMs: null, itemsTotal: null };
  const lines = drawn(true, [
    [0, { ...wide, throttled: 1 }],
    [1900, { ...wide, throttled: 1 }],
    [2300, { ...wide, throttled: 1 }],
  ]);
  expect(lines.map((line) => line.includes('asked to wait'))).toEqual([true, true, false, false]);
});

test('draws nothing where nobody looks', () => {
  expect(drawn(false, [[0, progress]])).toEqual([]);
});

/** What a coverage report says in sentences, the same on a terminal, on a page and on a screen. */
import { serviceTitle, type CoverageGap, type CoverageReport } from '../model/coverage.ts';
import { pluralText } from './quantities.ts';

/** A cause of gaps over all accounts. */
export interface CoverageCause {
  readonly outcome: CoverageGap['outcome'];
  readonly text: string;
}

/** What a reader must know first comes first. */
const order: readonly CoverageGap['outcome'][] = [
  'failed',
  'not-reached',
  'skipped',
  'incomplete',
  'out-of-scope',
];

const outcomeWords: Readonly<Record<CoverageGap['outcome'], string>> = {
  failed: 'Failed',
  'not-reached': 'Not reached',
  skipped: 'Skipped',
  incomplete: 'Incomplete',
  'out-of-scope': 'Out of scope',
};

const amounts: Readonly<Record<CoverageGap['what'], (count: number) => string>> = {
  items: (count) => pluralText(count, 'item'),
  folders: (count) => `what is new in ${pluralText(count, 'folder')}`,
  service: (count) => `what is new in a whole service of ${pluralText(count, 'account')}`,
  run: () => 'the run',
};

/** Every cause once, with how much it concerns in all accounts together; failures first, what is out of scope last. */
export function coverageCauses({ rows, runGaps }: CoverageReport): CoverageCause[] {
  const all = [{ service: '', isBeta: false, gaps: runGaps }, ...rows].flatMap((row) =>
    row.gaps.map((gap) => ({ service: serviceTitle(row), ...gap })),
  );
  const kinds = Map.groupBy(all, ({ outcome, what, code, service }) =>
    outcome === 'out-of-scope' ? `${outcome} ${code} ${service}` : `${outcome} ${what} ${code}`,
  );
  const causes = [...kinds.values()].flatMap((gaps) => {
    const [first] = gaps;
    if (first === undefined) return [];
    const count = gaps.reduce((sum, gap) => sum + gap.count, 0);
    return [{ outcome: first.outcome, text: causeText({ ...first, count }) }];
  });
  return causes.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
}

function causeText(gap: CoverageGap & { readonly service: string }): string {
  if (gap.outcome !== 'out-of-scope') return gapText(gap);
  const who = pluralText(gap.count, 'account');
  return `${outcomeWords[gap.outcome]}: ${gap.service} of ${who}. ${gap.meaning}`;
}

/** `Skipped: 4 items, item-corrupt. Microsoft 365 cannot …`. */
export function gapText({ outcome, what, code, count, meaning }: CoverageGap): string {
  return `${outcomeWords[outcome]}: ${amounts[what](count)}, ${code}. ${meaning}`;
}

/** How many items there are, and how many of them are in the snapshot as Microsoft 365 has them. */
export function coverageTotals({ rows }: CoverageReport): { readonly all: number; readonly held: number } {
  const all = rows.reduce((sum, row) => sum + row.enumerated, 0);
  const missing = rows.reduce((sum, row) => sum + row.skipped + row.failed, 0);
  return { all, held: all - missing };
}

/** The coverage of a snapshot as a document to keep or hand on: JSON, CSV or an HTML page. */
import {
  serviceTitle,
  type CoverageFormat,
  type CoverageGap,
  type CoverageReport,
} from '../../src-shared/model/coverage.ts';
import { coveragePage } from './coverage-page.ts';
import { csvText } from './csv.ts';

const counts = [
  'enumerated',
  'saved',
  'unchanged',
  'skipped',
  'failed',
  'outOfScope',
  'outdated',
  'sizeBytes',
] as const;

const writers: Readonly<Record<CoverageFormat, (report: CoverageReport) => string>> = {
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  csv: coverageCsv,
  html: coveragePage,
};

export function coverageDocument(report: CoverageReport, format: CoverageFormat): string {
  return writers[format](report);
}

const gapTitles = ['gap', 'of', 'cause', 'count', 'meaning'];

/** One line a gap, or one line for a service without any; the numbers of a service stand on its first line. */
function coverageCsv({ rows, runGaps }: CoverageReport): string {
  const titles = ['account', 'address', 'kind', 'service', ...counts, ...gapTitles];
  const blankCounts = counts.map(() => '');
  const ofAccounts = rows.flatMap((row) => {
    const { account, gaps } = row;
    const place = [account.id, account.address, account.kind, serviceTitle(row)];
    const [first = gapTitles.map(() => ''), ...others] = gaps.map(gapCells);
    return [
      [...place, ...counts.map((name) => row[name]), ...first],
      ...others.map((cells) => [...place, ...blankCounts, ...cells]),
    ];
  });
  const ofRun = runGaps.map((gap) => ['', '', '', '', ...blankCounts, ...gapCells(gap)]);
  return csvText(titles, [...ofAccounts, ...ofRun]);
}

function gapCells({ outcome, what, code, count, meaning }: CoverageGap): (string | number)[] {
  return [outcome, what, code, count, meaning];
}

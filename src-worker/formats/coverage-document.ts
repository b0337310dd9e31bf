/** The coverage of a snapshot as a document to keep or hand on: JSON, CSV, or one HTML page without scripts. */
import {
  serviceTitle,
  type CoverageFormat,
  type CoverageGap,
  type CoverageReport,
  type CoverageRow,
} from '../../src-shared/model/coverage.ts';
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
  html: coverageHtml,
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

const style = `
:root{color-scheme:light dark;--line:#8884;--quiet:#8888;--bad:#c62828;--warn:#b26a00}
@media (prefers-color-scheme:dark){:root{--bad:#ff8a80;--warn:#ffcc80}}
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}
h1{font-size:1.4rem;margin:0}p{margin:.3rem 0 1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}
th{position:sticky;top:0;background:Canvas}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
ul{margin:0;padding:0;list-style:none}.failed{color:var(--bad)}.skipped{color:var(--warn)}
tr.none td{color:GrayText}
`.trim();

const heads = ['Account', 'Service', 'Exist', 'Saved', 'Unchanged', 'Skipped', 'Failed', 'What is missing'];

function coverageHtml(report: CoverageReport): string {
  const title = `Coverage of “${report.protectedItemName}”, snapshot ${report.snapshot}`;
  const sums = (['enumerated', 'skipped', 'failed'] as const).map((name) =>
    report.rows.reduce((sum, row) => sum + row[name], 0),
  );
  const [enumerated = 0, skipped = 0, failed = 0] = sums;
  const held = enumerated - skipped - failed;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head><body>
<h1>${escaped(title)}</h1>
<p>${escaped(report.organizationName)}, ${escaped(report.committedAt)}: ${held} of ${enumerated} items are saved as they were, ${skipped} skipped, ${failed} failed. The snapshot is ${escaped(report.outcome)}.</p>
${gapList(report.runGaps)}
<div class="wide"><table><thead><tr>${heads.map((head, at) => `<th${at > 1 && at < 7 ? ' class="n"' : ''}>${head}</th>`).join('')}</tr></thead><tbody>
${report.rows.map(htmlRow).join('\n')}
</tbody></table></div></body></html>
`;
}

function htmlRow(row: CoverageRow): string {
  const { account, gaps } = row;
  const isOutside = gaps.some(({ outcome }) => outcome === 'out-of-scope');
  const numbers = [row.enumerated, row.saved, row.unchanged, row.skipped, row.failed];
  return `<tr${isOutside ? ' class="none"' : ''}><td title="${escaped(account.name)}">${escaped(account.address)}</td><td>${escaped(serviceTitle(row))}</td>${numbers
    .map((number) => `<td class="n">${isOutside ? '' : number}</td>`)
    .join('')}<td>${gapList(gaps)}</td></tr>`;
}

const amounts: Readonly<Record<CoverageGap['what'], (count: number) => string>> = {
  items: (count) => `${count} items`,
  folders: (count) => `what is new in ${count} folders`,
  service: () => 'all that is new',
  run: () => 'the run',
};

function gapList(gaps: readonly CoverageGap[]): string {
  if (gaps.length === 0) return '';
  const lines = gaps.map(({ outcome, what, code, meaning, count }) => {
    const much = amounts[what](count);
    const head = outcome === 'out-of-scope' ? 'Not saved' : `${outcome}: ${much}, ${code}`;
    return `<li class="${outcome}">${escaped(head)}. ${escaped(meaning)}</li>`;
  });
  return `<ul>${lines.join('')}</ul>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? '');
}

/**
 * The coverage of a snapshot as one HTML page without scripts: the gaps with their causes first, then every account with
 * its services. Reads on a telephone and on paper as well.
 */
import {
  serviceTitle,
  type CoverageGap,
  type CoverageReport,
  type CoverageRow,
} from '../../src-shared/model/coverage.ts';
import { coverageCauses, coverageTotals, gapText } from '../../src-shared/words/coverage-words.ts';
import { countText, dateText, pluralText, sizeText } from '../../src-shared/words/quantities.ts';
import { escapedHtml } from './html/escaped-html.ts';

const style = `
:root{color-scheme:light dark;--line:#8884;--quiet:#616b75;--bad:#b3261e;--warn:#8a5300;--good:#1b6e3c}
@media (prefers-color-scheme:dark){:root{--quiet:#a3acb5;--bad:#ff8a80;--warn:#ffcc80;--good:#8fd6a8}}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.4rem;line-height:1.3;margin:0}h2{font-size:1.05rem;margin:2rem 0 .4rem}
p{margin:.3rem 0}ul{margin:0;padding:0;list-style:none}li{padding:.15rem 0}
.quiet,.out-of-scope{color:var(--quiet)}.good{color:var(--good)}
.failed,.not-reached{color:var(--bad)}.skipped,.incomplete{color:var(--warn)}
table{border-collapse:collapse;width:100%}
th,td{padding:.2rem .5rem;text-align:left;vertical-align:top}
th:first-child,td:first-child{padding-left:0}
thead th{border-bottom:1px solid var(--line);position:sticky;top:0;background:Canvas;font-weight:600}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tbody th{padding-top:1rem;font-weight:600;overflow-wrap:anywhere}
tbody tr:last-child td{border-bottom:1px solid var(--line);padding-bottom:.6rem}
@media (max-width:36rem){.wide{display:none}th,td{padding:.2rem .3rem}}
@media print{thead th{position:static}tbody{break-inside:avoid}}
`.trim();

interface NumberColumn {
  readonly title: string;
  /** Left out where the screen is narrow. */
  readonly isWide?: boolean;
  readonly text: (row: CoverageRow) => string;
}

const numberColumns: readonly NumberColumn[] = [
  { title: 'Exist', text: (row) => countText(row.enumerated) },
  { title: 'Saved', text: (row) => countText(row.saved) },
  { title: 'Unchanged', isWide: true, text: (row) => countText(row.unchanged) },
  { title: 'Skipped', text: (row) => countText(row.skipped) },
  { title: 'Failed', text: (row) => countText(row.failed) },
  { title: 'Size', isWide: true, text: (row) => sizeText(row.sizeBytes) },
];
const columnCount = numberColumns.length + 1;

export function coveragePage(report: CoverageReport): string {
  const title = `Coverage of “${report.protectedItemName}”, snapshot ${report.snapshot}`;
  const { all, held } = coverageTotals(report);
  const of = `${report.organizationName}, ${dateText(report.committedAt)}. The snapshot is ${report.outcome}.`;
  const accounts = Map.groupBy(report.rows, ({ account }) => account.id);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapedHtml(title)}</title><style>${style}</style></head><body>
<h1>${escapedHtml(title)}</h1>
<p class="quiet">${escapedHtml(of)}</p>
<p>${countText(held)} of ${pluralText(all, 'item')} are saved as they were.</p>
${causesHtml(report)}
<h2>Every account</h2>
<table><thead><tr><th>Service</th>${numberColumns.map((column) => headHtml(column)).join('')}</tr></thead>
${[...accounts.values()].map(accountHtml).join('\n')}
</table></body></html>
`;
}

function causesHtml(report: CoverageReport): string {
  const causes = coverageCauses(report);
  const missing = causes.filter(({ outcome }) => outcome !== 'out-of-scope');
  const outside = causes.filter(({ outcome }) => outcome === 'out-of-scope');
  const list = (some: typeof causes): string =>
    `<ul>${some.map(({ outcome, text }) => `<li class="${outcome}">${escapedHtml(text)}</li>`).join('')}</ul>`;
  const first = missing.length === 0 ? '<p class="good">Nothing.</p>' : list(missing);
  const last = outside.length === 0 ? '' : `<h2>What is not part of it</h2>${list(outside)}`;
  return `<h2>What is missing</h2>${first}${last}`;
}

function headHtml({ title, isWide }: NumberColumn): string {
  return `<th class="${isWide === true ? 'n wide' : 'n'}">${title}</th>`;
}

/** Services that are out of scope share a line, so that those that are saved can be found. */
function accountHtml(rows: readonly CoverageRow[]): string {
  const [first] = rows;
  if (first === undefined) return '';
  const { name, address, left } = first.account;
  const isOutside = ({ gaps }: CoverageRow): boolean =>
    gaps.some(({ outcome }) => outcome === 'out-of-scope');
  const outside = rows.filter(isOutside).map(serviceTitle);
  const title = `${escapedHtml(name)} <span class="quiet">${escapedHtml(address)}${left === undefined ? '' : ', left'}</span>`;
  const inside = rows.filter((row) => !isOutside(row)).map(serviceHtml);
  return `<tbody><tr><th colspan="${columnCount}" scope="rowgroup">${title}</th></tr>${inside.join('')}${
    outside.length === 0
      ? ''
      : `<tr><td colspan="${columnCount}" class="quiet">Out of scope: ${escapedHtml(outside.join(', '))}</td></tr>`
  }</tbody>`;
}

function serviceHtml(row: CoverageRow): string {
  const numbers = numberColumns.map(
    (column) => `<td class="${column.isWide === true ? 'n wide' : 'n'}">${column.text(row)}</td>`,
  );
  return `<tr><td>${escapedHtml(serviceTitle(row))}</td>${numbers.join('')}</tr>${row.gaps.map(gapHtml).join('')}`;
}

function gapHtml(gap: CoverageGap): string {
  return `<tr><td colspan="${columnCount}" class="${gap.outcome}">${escapedHtml(gapText(gap))}</td></tr>`;
}

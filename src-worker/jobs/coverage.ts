/**
 * What a snapshot covers, as a report that leaves nothing out: every account with every service it can have, what
 * became of what is there, and what is out of scope with the reason. See src-shared/model/coverage.ts.
 */
import type { AccountKind } from '../../src-shared/model/account-kind.ts';
import type {
  CoverageGap,
  CoverageReport,
  CoverageRow,
  LeftOut,
  ScopeCode,
} from '../../src-shared/model/coverage.ts';
import type { GapCode } from '../../src-shared/errors/gap-code.ts';
import { errorCodes, type ErrorCode } from '../../src-shared/errors/error-code.ts';
import { betaServices, serviceNames } from '../../src-shared/model/service-name.ts';
import type { AccountRow } from '../../src-shared/model/rows.ts';
import type { Catalog, CatalogSnapshot } from '../catalog/catalog.ts';
import type { HeldCount, LackCount } from '../catalog/coverage-query.ts';
import { wordsFor } from '../graph/error-words.ts';
import type { Workload } from '../workloads/workload.ts';

/** What people would look for and no service of this version saves. */
const outside: Readonly<Record<AccountKind, Readonly<Record<string, ScopeCode>>>> = {
  user: {},
  group: { 'group-calendar': 'not-offered-by-microsoft' },
  site: {},
  organization: {},
};

/** What a commit of before there was a choice left out. */
const leftOutBefore: readonly LeftOut[] = ['recoverable-items', 'file-versions'];

/** Kinds of accounts that have it; what a newer version leaves out, mailboxes have. */
const kindsOf: Readonly<Record<string, readonly AccountKind[]>> = {
  'file-versions': ['user', 'site'],
};
const mailboxOnly: readonly AccountKind[] = ['user'];

const scopeWords: Readonly<Record<ScopeCode, string>> = {
  'service-not-chosen': 'The protected item does not save this service.',
  'left-out': 'The protected item leaves this out by choice.',
  'not-offered-by-microsoft': 'Microsoft 365 lets no application read this.',
  'not-reached': 'The run ended before it came to this; the next one begins with it.',
};

const gapWords: Readonly<Record<GapCode, string>> = {
  'certificate-missing':
    'The item is saved without its attachments: SharePoint gives those only to an application that signs in with a certificate. Register one to have them saved.',
  'full-control-missing':
    'The item is saved without a part of it: SharePoint gives attachments of lists, and whom something is shared with, only to an application with the permission Sites.FullControl.All. Grant it to have them saved.',
};

/** As the commit has it; `services` are those that were chosen. */
interface ProtectedItemOfSnapshot {
  readonly name: string;
  readonly organization: string;
  readonly services?: readonly string[];
  readonly leftOut?: readonly string[];
}

export function coverageOf(
  catalog: Catalog,
  snapshot: CatalogSnapshot,
  workloads: readonly Workload[],
): CoverageReport {
  const { chainId, number, outcome, committedAt } = snapshot;
  const { held, lacking } = catalog.coverage(chainId, number);
  const { name, organization, services, leftOut } = JSON.parse(
    snapshot.protectedItem,
  ) as ProtectedItemOfSnapshot;
  const heldBy = new Map(held.map((count) => [ownerKey(count.account, count.workload), count]));
  const lackingBy = Map.groupBy(lacking, ({ account, workload }) => ownerKey(account, workload));
  const accounts = catalog.accounts(chainId, number);
  const inOrder = workloads.toSorted((a, b) => placeOf(a) - placeOf(b));
  const left = new Set(accounts.filter((account) => account.left !== undefined).map(({ id }) => id));
  const rows = accounts.flatMap((account) => [
    ...inOrder
      .filter(({ accountKinds }) => accountKinds.includes(account.kind))
      .flatMap(({ name: service, isOfTeams }) => {
        const key = ownerKey(account.id, service);
        const held = heldBy.get(key);
        const lacking = lackingBy.get(key) ?? [];
        // A service that a run has looked at has left something: its list of folders, or why there is none.
        if (held !== undefined || lacking.length > 0) return [rowOf(account, service, { held, lacking })];
        const isChosen = services?.includes(service) === true;
        if (isChosen && (isOfTeams === true || account.left !== undefined)) return [];
        return [emptyRow(account, service, [apart(isChosen ? 'not-reached' : 'service-not-chosen')])];
      }),
    ...Object.entries(outside[account.kind]).map(([service, code]) =>
      emptyRow(account, service, [apart(code)]),
    ),
    ...(leftOut ?? leftOutBefore)
      .filter((service) => (kindsOf[service] ?? mailboxOnly).includes(account.kind))
      .map((service) => emptyRow(account, service, [apart('left-out')])),
  ]);
  return {
    protectedItemName: name,
    organizationName: organization,
    snapshot: number,
    outcome,
    committedAt,
    rows,
    runGaps: runGapsOf(
      snapshot,
      lacking.filter(({ account }) => !left.has(account)),
    ),
  };
}

/** Causes that the commit names and no row of an account has that the run was about. */
function runGapsOf(snapshot: CatalogSnapshot, lacking: readonly LackCount[]): CoverageGap[] {
  const causes = JSON.parse(snapshot.issues) as Pick<LackCount, 'outcome' | 'code' | 'count'>[];
  return causes.flatMap(({ outcome, code, count }) => {
    const same = lacking.filter((each) => each.outcome === outcome && each.code === code);
    const rest = count - same.reduce((sum, each) => sum + each.count, 0);
    return rest > 0 ? [gapOf({ outcome, code, what: 'run', count: rest })] : [];
  });
}

function rowOf(
  account: AccountRow,
  service: string,
  { held, lacking }: { held: HeldCount | undefined; lacking: readonly LackCount[] },
): CoverageRow {
  const items = lacking.filter(({ what, code }) => what === 'items' && !isGapCode(code));
  const sum = (pick: (count: LackCount) => number, of = items): number =>
    of.reduce((total, each) => total + pick(each), 0);
  const outdated = sum((each) => each.outdated);
  const outdatedSaved = sum((each) => each.outdatedSaved);
  const countOf = (outcome: LackCount['outcome']): number =>
    sum(
      (each) => each.count,
      items.filter((each) => each.outcome === outcome),
    );
  const saved = (held?.saved ?? 0) - outdatedSaved;
  return {
    account,
    service,
    isBeta: isBetaService(service),
    // By ids, where the others go by rows: a catalog that counts one twice shows here.
    enumerated: (held?.items ?? 0) + sum((each) => each.count) - outdated,
    saved,
    unchanged: (held?.rows ?? 0) - outdated - saved,
    skipped: countOf('skipped'),
    failed: countOf('failed'),
    outOfScope: 0,
    outdated,
    sizeBytes: held?.sizeBytes ?? 0,
    gaps: lacking.map(gapOf),
  };
}

function emptyRow(account: AccountRow, service: string, gaps: CoverageGap[]): CoverageRow {
  const isBeta = isBetaService(service);
  const nothing = { isBeta, enumerated: 0, saved: 0, unchanged: 0, skipped: 0, failed: 0, outOfScope: 0 };
  return { account, service, ...nothing, outdated: 0, sizeBytes: 0, gaps };
}

function gapOf({
  outcome,
  what,
  code,
  count,
}: Pick<LackCount, 'outcome' | 'code' | 'count'> & Pick<CoverageGap, 'what'>): CoverageGap {
  if (isGapCode(code)) return { outcome: 'incomplete', what, code, meaning: gapWords[code], count };
  return { outcome, what, code, meaning: isErrorCode(code) ? wordsFor(code) : '', count };
}

function apart(code: ScopeCode): CoverageGap {
  const outcome = code === 'not-reached' ? code : 'out-of-scope';
  return { outcome, what: 'service', code, meaning: scopeWords[code], count: 1 };
}

function isGapCode(code: string): code is GapCode {
  return Object.hasOwn(gapWords, code);
}

function isErrorCode(code: string): code is ErrorCode {
  const known: readonly string[] = errorCodes;
  return known.includes(code);
}

function isBetaService(service: string): boolean {
  return betaServices.some((name) => name === service);
}

/** People look for mail before they look for settings. */
function placeOf({ name }: Workload): number {
  const names: readonly string[] = serviceNames;
  return names.indexOf(name);
}

function ownerKey(account: string, workload: string): string {
  return `${workload} ${account}`;
}

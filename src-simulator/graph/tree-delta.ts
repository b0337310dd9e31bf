/**
 * What the deltas of drives and lists have in common: a first enumeration by cursor, then rounds of changes from a
 * book, `token=latest`, `token=<time>`, tokens that expire with 410, and the faults that make deltas untidy.
 */
import type { ChangeBook } from '../change-book.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import { epochMs } from '../mail/message-facts.ts';
import { badRequest, headerOf, type GraphCall, type Organization } from './graph-call.ts';
import { pathOf } from './paged-collection.ts';
import { refuseOptions, selectedNames, wholeNumber } from './query-options.ts';
import { resyncRequired } from './sharepoint-problems.ts';

/** Everything needed to go on, sealed into the links. */
interface TreeToken {
  /** Which collection it is for. */
  of: number;
  age: number;
  /** Change number the next round starts from. */
  since: number;
  /** Position in the first enumeration; -1 once it is over. */
  cursor: number;
  top: number;
  select: readonly string[] | null;
  expand: string;
  /** Cursor of the page before, for the replay fault. */
  replay: number;
}

/** A collection as its delta sees it. `Entry` is a changed or enumerated thing. */
export interface DeltaSource<Entry> {
  /** Distinguishes tokens of different collections. */
  of: number;
  book: ChangeBook<unknown>;
  /** Path of the collection's delta below the version, without `/delta`. */
  path: string;
  context: string;
  /** Options beside those every delta knows. */
  options: readonly string[];
  /** True when changes that only some deltas tell are wanted. */
  isQuietShown: boolean;
  /** Links carry $skiptoken and $deltatoken instead of the token alone. */
  hasPlainLinks?: boolean;
  enumerate(cursor: number, limit: number): { entries: Entry[]; next: number | null };
  /** What to tell of a changed entry: itself, and perhaps others before it. */
  changed(entry: number): Entry[];
  toJson(entry: Entry, token: { select: readonly string[] | null; expand: string }): object;
}

interface Page<Entry> {
  entries: Entry[];
  after: TreeToken;
  isLast: boolean;
}

const defaultTop = 200;
const maximumTop = 999;
const deltaSegment = /^(?:microsoft\.graph\.)?delta(?:\((?:token='(.*)')?\))?$/;

/** True for the last segment of a delta call, in any of its spellings. */
export const isDeltaSegment = (segment: string | undefined): boolean => deltaSegment.test(segment ?? '');

/** The token of a delta call: in the path, or as a query option; undefined without. */
export function deltaTokenOf(call: GraphCall): string | undefined {
  const inPath = deltaSegment.exec(call.segments.at(-1) ?? '')?.[1];
  return inPath ?? call.query.get('token') ?? call.query.get('skiptoken') ?? call.query.get('deltatoken');
}

function readToken(text: string): TreeToken | null {
  try {
    const [of, age, since, cursor, top, select, expand, replay] = JSON.parse(
      Buffer.from(text, 'base64url').toString(),
    ) as [number, number, number, number, number, string[] | null, string, number];
    return top > 0 ? { of, age, since, cursor, top, select, expand, replay } : null;
  } catch {
    return null;
  }
}

const writeToken = ({ of, age, since, cursor, top, select, expand, replay }: TreeToken): string =>
  Buffer.from(JSON.stringify([of, age, since, cursor, top, select, expand, replay])).toString('base64url');

/** Links are spelled in the ways real ones are; which, depends on the collection. */
function linkTo(base: string, page: Page<unknown>, hasPlainLinks: boolean): string {
  const token = page.after;
  const text = writeToken(token);
  if (hasPlainLinks) return `${base}/delta?$${page.isLast ? 'deltatoken' : 'skiptoken'}=${text}`;
  if (token.of % 3 === 0) return `${base}/delta?token=${text}`;
  return token.of % 3 === 1
    ? `${base}/microsoft.graph.delta(token='${text}')`
    : `${base}/delta(token='${text}')`;
}

function newToken<Entry>(call: GraphCall, source: DeltaSource<Entry>): TreeToken | null {
  const top = wholeNumber(call, 'top', { fallback: defaultTop, minimum: 1, maximum: maximumTop });
  if (top === null) return null;
  return {
    of: source.of,
    age: source.book.tokenAge,
    since: source.book.changeCount,
    cursor: 0,
    top,
    select: selectedNames(call),
    expand: call.query.get('expand') ?? '',
    replay: -1,
  };
}

/** A token for changes after a moment; changes of this organization are a second apart. */
function sinceTime(fresh: TreeToken, text: string): TreeToken | null {
  const ms = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(ms)) return null;
  const since = Math.floor((ms - epochMs) / 1_000);
  return { ...fresh, cursor: -1, since: Math.min(fresh.since, Math.max(0, since)) };
}

/** The token to go on with, or the answer that refuses it. */
function tokenOf<Entry>(
  organization: Organization,
  call: GraphCall,
  source: DeltaSource<Entry>,
): TreeToken | Answer {
  const fresh = newToken(call, source);
  if (!fresh) return badRequest(call, 'Invalid value for $top.');
  const text = deltaTokenOf(call);
  if (text === undefined || text === '') return fresh;
  if (text === 'latest') return { ...fresh, cursor: -1 };
  const known = sinceTime(fresh, text) ?? readToken(text);
  if (known?.of !== source.of) return badRequest(call, 'The provided token is not valid.');
  const { faults } = organization;
  const isEnded =
    known.age !== source.book.tokenAge ||
    (known.cursor < 0 && faults.strikes('deltaExpired', `delta ${source.path}`));
  if (isEnded)
    return resyncRequired(call, `${organization.origin()}/v1.0/${source.path}/delta`, known.since + known.of);
  faults.spare(`delta ${source.path}`);
  return known;
}

function enumerationPage<Entry>(source: DeltaSource<Entry>, token: TreeToken): Page<Entry> {
  const { entries, next } = source.enumerate(token.cursor, token.top);
  if (next === null) return { entries, after: { ...token, cursor: -1, replay: -1 }, isLast: true };
  return { entries, after: { ...token, cursor: next, replay: token.cursor }, isLast: false };
}

function changesPage<Entry>(source: DeltaSource<Entry>, token: TreeToken): Page<Entry> {
  const changes = source.book.since(token.since, source.isQuietShown);
  const entries = new Set<Entry>();
  let { since } = token;
  for (const { entry, at } of changes) {
    const told = source.changed(entry);
    if (entries.size > 0 && entries.size + told.length > token.top)
      return { entries: [...entries], after: { ...token, since }, isLast: false };
    for (const one of told) entries.add(one);
    since = at;
  }
  return { entries: [...entries], after: { ...token, since: source.book.changeCount }, isLast: true };
}

/** Duplicates within the page and items of the page before. */
function withEchoes<Entry>(
  { faults }: Organization,
  source: DeltaSource<Entry>,
  told: { token: TreeToken; entries: readonly Entry[] },
): Entry[] {
  const entries = [...told.entries];
  const [first] = entries;
  if (first !== undefined && faults.strikes('deltaDuplicates')) entries.push(first);
  const { replay, cursor } = told.token;
  if (replay >= 0 && cursor >= 0 && faults.strikes('deltaReplays'))
    entries.unshift(...source.enumerate(replay, 3).entries);
  return entries;
}

/** Answers a delta call. */
export function treeDelta<Entry>(
  organization: Organization,
  call: GraphCall,
  source: DeltaSource<Entry>,
): Answer {
  const allowed = ['select', 'top', 'token', 'skiptoken', 'deltatoken', ...source.options];
  const refusal = refuseOptions(call, allowed);
  if (refusal) return refusal;
  const token = tokenOf(organization, call, source);
  if ('status' in token) return token;
  const pageKey = `page ${pathOf(call)}`;
  const isHollow = organization.faults.strikes('emptyPages', pageKey);
  if (!isHollow) organization.faults.spare(pageKey);
  const page: Page<Entry> = isHollow
    ? { entries: [], after: token, isLast: false }
    : token.cursor >= 0
      ? enumerationPage(source, token)
      : changesPage(source, token);
  const entries = isHollow ? [] : withEchoes(organization, source, { token, entries: page.entries });
  const base = `${organization.origin()}/v1.0/${source.path}`;
  const link = linkTo(base, page, source.hasPlainLinks ?? false);
  const body = JSON.stringify({
    '@odata.context': `${organization.origin()}/v1.0/$metadata#${source.context}`,
    [page.isLast ? '@odata.deltaLink' : '@odata.nextLink']: link,
    value: entries.map((entry) => source.toJson(entry, token)),
  });
  return { ...jsonText(body), headers: preferencesOf(call) };
}

/** Values of Prefer that change what a delta tells. */
const understood = [
  'deltashowsharingchanges',
  'deltashowremovedasdeleted',
  'deltatraversepermissiongaps',
  'hierarchicalsharing',
];

/** True when the Prefer header of a call names a value. */
export const prefers = (call: GraphCall, value: string): boolean =>
  headerOf(call, 'prefer')
    .toLowerCase()
    .split(/\s*,\s*/)
    .includes(value);

function preferencesOf(call: GraphCall): Record<string, string> {
  const applied = understood.filter((value) => prefers(call, value));
  return applied.length === 0 ? {} : { 'Preference-Applied': applied.join(', ') };
}

/**
 * GET mailFolders/{id}/messages/delta: all messages of the folder first, page by page, then rounds of what changed.
 * A round begins where the one before ended, so a change during an enumeration is told in the next round at the latest.
 */
import { jsonText, type Answer } from '../http/answer.ts';
import type { FolderChange, Mailbox, MessageState } from '../mail/mailbox.ts';
import {
  deltaLink,
  expiredAnswer,
  nextLink,
  readToken,
  tokenProblem,
  type DeltaToken,
} from './delta-token.ts';
import { badRequest, type GraphCall, type Organization } from './graph-call.ts';
import { messageIdOf, messageJson, viewOf } from './message-json.ts';
import { badMessageSelect } from './message-operations.ts';
import {
  appliedPreferences,
  preferredPageSize,
  refuseOptions,
  selectedNames,
  wantsImmutableIds,
  wholeNumber,
} from './query-options.ts';

interface DeltaPlace {
  mailbox: Mailbox;
  folder: number;
  /** Path of the endpoint below the version, with the client's spelling of user and folder. */
  path: string;
}

interface Page {
  items: string[];
  /** Token of the next page or, when `isLast`, of the next round. */
  after: DeltaToken;
  isLast: boolean;
}

interface Round {
  place: DeltaPlace;
  token: DeltaToken;
  size: number;
  isImmutable: boolean;
}

const itemOf = (round: Round, state: MessageState) =>
  messageJson(viewOf(round.place.mailbox, state, round.isImmutable), round.token.select);

function enumerationPage(round: Round): Page {
  const { place, token } = round;
  const limit = Math.min(round.size, token.left ?? Infinity);
  const { messages, next } = place.mailbox.page(place.folder, token.cursor, limit);
  const left = token.left === undefined ? undefined : token.left - messages.length;
  const isLast = next === null || left === 0;
  const rest = { ...token, ...(left === undefined ? {} : { left }) };
  const after = isLast ? { ...rest, cursor: -1 } : { ...rest, cursor: next, replay: token.cursor };
  return { items: messages.map((state) => itemOf(round, state)), after, isLast };
}

function changeItem(round: Round, change: FolderChange): string {
  const { mailbox, folder } = round.place;
  const { state } = change;
  if (!state.isDeleted && state.folder === folder) return itemOf(round, state);
  const id = messageIdOf(mailbox, { number: state.number, moves: change.movesHere }, round.isImmutable);
  return `{"id":"${id}","@removed":{"reason":"deleted"}}`;
}

function changesPage(round: Round): Page {
  const { place, token, size } = round;
  const changes = place.mailbox.changesSince(place.folder, token.since);
  const page = changes.slice(0, size);
  const isLast = changes.length <= size;
  const since = isLast ? place.mailbox.changeCount : (page.at(-1)?.at ?? token.since);
  if (isLast) place.mailbox.revealArrivals(place.folder);
  return { items: page.map((change) => changeItem(round, change)), after: { ...token, since }, isLast };
}

/** Duplicates within the page and items of the page before, as Exchange sometimes sends them. */
function withEchoes(organization: Organization, round: Round, page: Page): string[] {
  const items = [...page.items];
  const [first] = items;
  if (first !== undefined && organization.faults.strikes('deltaDuplicates')) items.push(first);
  const { replay } = round.token;
  if (replay !== undefined && round.token.cursor >= 0 && organization.faults.strikes('deltaReplays')) {
    const before = round.place.mailbox.page(round.place.folder, replay, 3).messages;
    items.unshift(...before.map((state) => itemOf(round, state)));
  }
  return items;
}

function respond(
  organization: Organization,
  call: GraphCall,
  parts: { path: string; page: Page; items: readonly string[] },
): Answer {
  const { page, path } = parts;
  const link = page.isLast
    ? deltaLink(organization, path, page.after)
    : nextLink(organization, path, page.after);
  const linkText = JSON.stringify(link).slice(1, -1);
  const body = `{"@odata.context":"${organization.origin()}/v1.0/$metadata#Collection(message)",${linkText},"value":[${parts.items.join(',')}]}`;
  return { ...jsonText(body), headers: appliedPreferences(call) };
}

function firstToken(call: GraphCall, mailbox: Mailbox, folder: number): DeltaToken | null {
  const top = wholeNumber(call, 'top', { fallback: 0, minimum: 1, maximum: 1_000 });
  if (top === null) return null;
  const token: DeltaToken = {
    kind: 'messages',
    age: mailbox.tokenAge,
    since: mailbox.changeCount,
    cursor: 0,
    select: selectedNames(call),
    folder,
  };
  return top === 0 ? token : { ...token, left: top };
}

/** The token to go on with, or the answer that refuses it. */
function tokenOf(organization: Organization, call: GraphCall, place: DeltaPlace): DeltaToken | Answer {
  const { mailbox, folder, path } = place;
  const known = readToken(call, 'messages');
  if (known === null) return firstToken(call, mailbox, folder) ?? badRequest(call, 'Invalid value for $top.');
  if (known === 'broken' || known.folder !== folder) return tokenProblem(call);
  return known.age === mailbox.tokenAge ? known : expiredAnswer(organization, call, path);
}

export function messageDelta(organization: Organization, call: GraphCall, place: DeltaPlace): Answer {
  const refusal = refuseOptions(call, ['select', 'skiptoken', 'deltatoken', 'top']) ?? badMessageSelect(call);
  if (refusal) return refusal;
  const { path } = place;
  const token = tokenOf(organization, call, place);
  if ('status' in token) return token;
  const size = preferredPageSize(call) ?? token.pageSize ?? 10;
  const round: Round = {
    place,
    token: { ...token, pageSize: size },
    size,
    isImmutable: wantsImmutableIds(call),
  };
  const pageKey = `page ${path} ${token.age} ${token.since} ${token.cursor}`;
  if (organization.faults.strikes('emptyPages', pageKey)) {
    return respond(organization, call, {
      path,
      page: { items: [], after: round.token, isLast: false },
      items: [],
    });
  }
  organization.faults.spare(pageKey);
  const page = token.cursor >= 0 ? enumerationPage(round) : changesPage(round);
  return respond(organization, call, { path, page, items: withEchoes(organization, round, page) });
}

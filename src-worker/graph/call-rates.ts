/** What Microsoft counts a call as, by its path: resource units of the directory, kinds of calls of Teams. */
import type { CallRate } from './throttle-lane.ts';

/** Resource units of lists of the directory; everything else costs 1 (graph facts, section 2). */
const directoryCosts: readonly (readonly [path: RegExp, units: number])[] = [
  [/\/users$/, 2],
  [/\/applications$/, 2],
  [/\/groups\/[^/]+\/members$/, 3],
  [/\/groups\/[^/]+\/transitiveMembers$/, 5],
  [/\/directoryObjects\/getByIds$/, 3],
];
const shortPage = 20;

function urlOf(pathOrLink: string): URL {
  return new URL(pathOrLink, 'https://graph.invalid');
}

/** Resource units of a call to the directory. A path below the version root, or a whole link. */
export function directoryCost(pathOrLink: string): number {
  const { pathname, searchParams } = urlOf(pathOrLink);
  const listed = directoryCosts.find(([path]) => path.test(pathname))?.[1] ?? 1;
  const top = Number(searchParams.get('$top') ?? Number.POSITIVE_INFINITY);
  const less = Number(searchParams.has('$select')) + Number(top < shortPage);
  return Math.max(1, listed - less + Number(searchParams.has('$expand')));
}

const messagesOfChannel = /^\/teams\/[^/]+\/channels\/[^/]+\/messages/;
const kindsOfTeams: readonly (readonly [path: RegExp, kind: string])[] = [
  [/\/getAllMessages(\(\))?$/, 'export'],
  [messagesOfChannel, 'channelMessages'],
  [/^\/chats\/[^/]+\/messages/, 'chatMessages'],
  [/\/members$/, 'list'],
  [/^\/teams\/[^/]+\/channels$/, 'list'],
];

/** Which of Teams' limits count a call, and which team it goes to; none where it goes to a chat or a person. */
export function teamsRate(pathOrLink: string): CallRate {
  const path = urlOf(pathOrLink).pathname.replace(/^\/v1\.0(?=\/)/, '');
  const team = /^\/teams\/([^/]+)/.exec(path)?.[1];
  const kind = kindsOfTeams.find(([shape]) => shape.test(path))?.[1] ?? 'other';
  return { kind, team };
}

import { describe, expect, test } from 'vitest';
import { directoryCost, teamsRate } from '../../../src-worker/graph/call-rates.ts';
import { readLoadNews, readWaitMs } from '../../../src-worker/graph/load-news.ts';

describe('what headers say of the load', () => {
  test.each([
    [
      { 'ratelimit-limit': '1250', 'ratelimit-remaining': '200', 'ratelimit-reset': '31' },
      { kind: 'units', remaining: 200, resetMs: 31_000, limit: 1_250 },
    ],
    [
      { 'ratelimit-remaining': '0', 'ratelimit-reset': '0.5' },
      { kind: 'units', remaining: 0, resetMs: 500 },
    ],
    [
      { 'ratelimit-limit': '-5', 'ratelimit-remaining': '7', 'ratelimit-reset': '1' },
      { kind: 'units', remaining: 7, resetMs: 1_000 },
    ],
    [{ 'ratelimit-limit': '1250' }, undefined],
    [{ 'x-ms-throttle-limit-percentage': '0.85' }, { kind: 'share', share: 0.85 }],
    [{ 'ratelimit-remaining': '200' }, undefined],
    [{ 'ratelimit-remaining': '-1', 'ratelimit-reset': '31' }, undefined],
    [{ 'ratelimit-remaining': '1e9', 'ratelimit-reset': '31' }, undefined],
    [{ 'ratelimit-remaining': '5', 'ratelimit-reset': '99999999' }, undefined],
    [{ 'x-ms-throttle-limit-percentage': 'NaN' }, undefined],
    [{}, undefined],
  ])('%o', (headers, news) => {
    expect(readLoadNews(headers)).toEqual(news);
  });

  test.each([
    ['the longer of the two, the window', ['2', '0', '30'], 30_000],
    ['the longer of the two, Retry-After', ['60', '0', '30'], 60_000],
    ['the window where it is all there is', [undefined, '0', '30'], 30_000],
    ['Retry-After where something is left of the window', ['2', '5', '30'], 2_000],
    ['nothing where nothing is said', [undefined, undefined, undefined], undefined],
  ])('what is waited is %s', (_name, [retryAfter, remaining, reset], waitMs) => {
    const headers = { 'retry-after': retryAfter, 'ratelimit-remaining': remaining, 'ratelimit-reset': reset };
    expect(readWaitMs(headers, 0)).toBe(waitMs);
  });
});

test.each([
  ['/users', 2],
  ['/users?$select=id&$top=999', 1],
  ['/users?$expand=manager', 3],
  ['https://graph.microsoft.com/v1.0/users?$top=5', 1],
  ['/users/someone', 1],
  ['/groups/one/members', 3],
  ['/groups/one/transitiveMembers?$select=id&$top=10', 3],
  ['/organization', 1],
])('%s costs %i units of the directory', (path, units) => {
  expect(directoryCost(path)).toBe(units);
});

test.each([
  ['/teams/a/channels', 'list', 'a'],
  ['/teams/a/members?$top=5', 'list', 'a'],
  ['/teams/a/channels/b/tabs', 'other', 'a'],
  [
    'https://graph.microsoft.com/v1.0/teams/a/channels/b/messages/delta?$deltatoken=x',
    'channelMessages',
    'a',
  ],
  ['/teams/a/channels/getAllMessages', 'export', 'a'],
  ['/users/u/chats/getAllMessages?$top=50', 'export', undefined],
  ['/users/u/chats', 'other', undefined],
  ['/chats/c/messages', 'chatMessages', undefined],
  ['/chats/c', 'other', undefined],
])('%s is a call of the kind %s to the team %s', (path, kind, team) => {
  expect(teamsRate(path)).toEqual({ kind, team });
});

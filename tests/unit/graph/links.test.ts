import { describe, expect, test } from 'vitest';
import { LinkTrail } from '../../../src-worker/graph/links.ts';
import { graphPath, withQuery } from '../../../src-worker/graph/paths.ts';

const root = 'https://graph.microsoft.com';

describe('links of an answer', () => {
  test.each([
    `${root}/v1.0/users/a/mailFolders/b/messages/delta?$skiptoken=x%2Fy`,
    `${root}/v1.0/sites/oneDrive.getAllSites?$skiptoken=1`,
  ])('%s is followed as it is', (link) => {
    expect(new LinkTrail(root).follow(link)).toBe(link);
  });

  test.each([
    'https://graph.microsoft.com.evil.example/v1.0/users',
    'https://graph.microsoft.com@evil.example/v1.0/users',
    'https://user:pass@graph.microsoft.com/v1.0/users',
    'http://graph.microsoft.com/v1.0/users',
    'https://graph.microsoft.com:8443/v1.0/users',
    '//graph.microsoft.com/v1.0/users',
    '/v1.0/users',
    'javascript:alert(1)',
    '',
  ])('%s is not followed', (link) => {
    expect(() => new LinkTrail(root).follow(link)).toThrow(
      expect.objectContaining({ code: 'response-invalid' }),
    );
  });

  test('the same link twice ends the list instead of going round for ever', () => {
    const trail = new LinkTrail(root);
    trail.follow(`${root}/v1.0/users?$skiptoken=1`);
    trail.follow(`${root}/v1.0/users?$skiptoken=2`);
    expect(() => trail.follow(`${root}/v1.0/users?$skiptoken=1`)).toThrow('would never end');
  });

  test('an empty page may point to where it came from, but not for ever', () => {
    const trail = new LinkTrail(root);
    const again = (): string => trail.follow(`${root}/v1.0/users?$skiptoken=1`, { wasEmpty: true });
    for (let visit = 0; visit < 9; visit++) again();
    expect(again).toThrow('would never end');
  });
});

describe('paths', () => {
  test('ids are encoded whatever they hold', () => {
    expect(graphPath`/users/${'a/../b'}/messages/${'AA+/='}/$value`).toBe(
      '/users/a%2F..%2Fb/messages/AA%2B%2F%3D/$value',
    );
  });

  test('query names and the commas of values stay readable, the rest is encoded', () => {
    expect(
      withQuery('/users', { $select: 'id,mail', $top: 5, $filter: "a eq 'b&c'", $skip: undefined }),
    ).toBe("/users?$select=id,mail&$top=5&$filter=a%20eq%20'b%26c'");
    expect(withQuery('/users?x=1', { $count: true })).toBe('/users?x=1&$count=true');
    expect(withQuery('/users', {})).toBe('/users');
  });
});

import { describe, expect, test } from 'vitest';
import { graphConnectionSchema, regionSchema } from '../../../src-shared/model/connection.ts';
import { addressesOf } from '../../../src-worker/graph/regions.ts';

describe('regions', () => {
  test.each([
    ['Global', 'graph.microsoft.com', 'login.microsoftonline.com', 'sharepoint.com'],
    ['USGovGccHigh', 'graph.microsoft.us', 'login.microsoftonline.us', 'sharepoint.us'],
    ['USGovDoD', 'dod-graph.microsoft.us', 'login.microsoftonline.us', 'sharepoint-mil.us'],
    ['China', 'microsoftgraph.chinacloudapi.cn', 'login.chinacloudapi.cn', 'sharepoint.cn'],
  ] as const)('%s answers at %s', (...row) => {
    const [kind, graph, login, sharePointDomain] = row;
    expect(addressesOf({ kind })).toEqual({
      graphRoot: `https://${graph}`,
      loginAuthority: `https://${login}`,
      sharePointDomain,
    });
  });

  test('a custom region is brought to its origin and keeps its certificate authority', () => {
    const region = regionSchema.parse({
      kind: 'Custom',
      graphRoot: 'https://localhost:8443/',
      loginAuthority: 'https://LOCALHOST:8443',
      caPem: 'pem',
    });
    expect(addressesOf(region)).toEqual({
      graphRoot: 'https://localhost:8443',
      loginAuthority: 'https://localhost:8443',
      caPem: 'pem',
    });
  });

  test.each([
    'http://localhost:8443',
    'https://localhost/v1.0',
    'https://user:pass@localhost',
    'https://localhost?x=1',
    'https://localhost#x',
    'localhost:8443',
    '',
  ])('%s is refused as an address', (graphRoot) => {
    const custom = { kind: 'Custom', graphRoot, loginAuthority: 'https://localhost' };
    expect(regionSchema.safeParse(custom).success).toBe(false);
  });
});

describe('connections', () => {
  const connection = {
    region: { kind: 'Global' },
    tenantId: ' contoso.onmicrosoft.com ',
    clientId: '8f2ad6d5-0c0e-4d2b-9a55-3b4a2a9ad001',
    credential: { kind: 'secret', secret: 's' },
  };

  test('spaces around ids are taken off', () => {
    expect(graphConnectionSchema.parse(connection).tenantId).toBe('contoso.onmicrosoft.com');
  });

  test.each([
    [{ tenantId: '../common' }],
    [{ tenantId: '' }],
    [{ clientId: 'not a guid' }],
    [{ credential: { kind: 'secret', secret: '' } }],
    [{ credential: { kind: 'certificate', certificatePem: 'x', privateKeyPem: 'y' } }],
  ])('%o is refused', (change) => {
    expect(graphConnectionSchema.safeParse({ ...connection, ...change }).success).toBe(false);
  });
});

import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Region } from '../../../src-shared/model/connection.ts';
import { documentedLimits } from '../../../src-worker/graph/throttle-governor.ts';
import { createCertificate } from '../../support/application-certificate.ts';
import {
  closeAll,
  connectionTo,
  open,
  simulate,
  simulatorStats,
  withIdSchema,
} from './simulated-organization.ts';

afterEach(closeAll);

const key = createCertificate();
const credential = { kind: 'certificate' as const, ...key };
const { signal } = new AbortController();
const options = { schema: z.unknown(), signal };

test.each([
  ['https://evil.example/sites/a/_api/web', undefined],
  ['https://contoso.sharepoint.com.evil.example/_api/web', 'Global'],
  ['https://evilsharepoint.com/_api/web', 'Global'],
  ['http://contoso.sharepoint.com/_api/web', 'Global'],
  ['https://contoso.sharepoint.com:8443/_api/web', 'Global'],
  ['https://user@contoso.sharepoint.com/_api/web', 'Global'],
  ['https://contoso.sharepoint.us/_api/web', 'Global'],
  ['https://contoso.sharepoint.com/_api/web', 'China'],
  ['/_api/web', 'Global'],
] as const)('nothing is sent to %s', async (url, kind) => {
  const simulator = await simulate();
  const connection = connectionTo(simulator, { credential });
  const region: Region = kind === undefined ? connection.region : { kind };
  const graph = open({ ...connection, region });
  await expect(graph.sharePoint.getJson(url, options)).rejects.toMatchObject({ code: 'response-invalid' });
  expect(graph.stats().requests).toBe(0);
});

test('the units of all requests of a batch are counted before the next call', async () => {
  const lane = { slots: 32, window: { requests: 10, windowMs: 60_000 } };
  const simulator = await simulate({ sites: { count: 1 } });
  for (const [cost, waiting] of [
    [4, 0],
    [5, 1],
  ] as const) {
    const throttleLimits = { ...documentedLimits, sharepoint: { lane, maxInFlight: 32 } };
    const graph = open(connectionTo(simulator), { throttleLimits });
    const requests = [{ path: '/sites/root' }, { path: '/sites/root' }];
    await graph.batch(requests, { service: 'sharepoint', cost });
    const next = graph.getJson('/sites/root', { service: 'sharepoint', schema: withIdSchema });
    expect(graph.stats().waiting).toBe(waiting);
    const end = waiting === 0 ? next : expect(next).rejects.toMatchObject({ code: 'cancelled' });
    if (waiting === 0) await end;
    await graph.close();
    await end;
  }
});

test('what stands in the way is known before anything is asked', async () => {
  const certificates = [key.certificatePem];
  const simulator = await simulate({ certificates });
  expect(await open(connectionTo(simulator)).sharePoint.obstacle()).toBe('certificate-missing');
  const graph = open(connectionTo(simulator, { credential }));
  expect(await graph.sharePoint.obstacle()).toBe('full-control-missing');
  const other = await simulate({ certificates, sharePointRoles: ['Sites.FullControl.All'] });
  expect(await open(connectionTo(other, { credential })).sharePoint.obstacle()).toBeUndefined();
  const { requests } = (await simulatorStats(simulator)) as { requests: object };
  expect(requests).toEqual({});
});

test('calls to SharePoint are counted, and end with the client', async () => {
  const simulator = await simulate({
    certificates: [key.certificatePem],
    sharePointRoles: ['Sites.FullControl.All'],
    sites: { count: 1 },
  });
  const graph = open(connectionTo(simulator, { credential }));
  const site = await graph.getJson('/sites/root', {
    schema: withIdSchema.extend({ webUrl: z.string() }),
    service: 'sharepoint',
  });
  const url = `${site.webUrl}/_api/web/lists(guid'${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}')/items(1)/AttachmentFiles`;
  await expect(graph.sharePoint.getJson(url, options)).rejects.toMatchObject({ code: 'item-gone' });
  expect(graph.stats().requests).toBe(2);
  await graph.close();
  await expect(graph.sharePoint.getJson(url, options)).rejects.toMatchObject({ code: 'cancelled' });
});

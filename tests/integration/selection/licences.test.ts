/** The list of users tells how many licences an organization has, and so what SharePoint allows it. */
import { afterEach, expect, test } from 'vitest';
import type { MailboxSelection } from '../../../src-shared/model/protected-item.ts';
import { selectAccounts } from '../../../src-worker/jobs/selection/select-accounts.ts';
import { closeAll, connectionTo, open, simulate } from '../graph/simulated-organization.ts';

afterEach(closeAll);

const rule = { disabled: true, unlicensed: true, shared: true };

async function unitsAllowed(mailboxes: MailboxSelection): Promise<number | undefined> {
  const graph = open(connectionTo(await simulate({ profile: 'uniform', users: 1_100, messagesPerUser: 0 })));
  const kinds = new Set(['user'] as const);
  const sites = { mode: 'selected' as const, sites: [], groups: [] };
  const selection = { mailboxes, sites, kinds, organizationName: 'Test', known: [] };
  await selectAccounts(graph, selection, new AbortController().signal);
  return graph.budgets().find(({ service }) => service === 'sharepoint')?.allowed;
}

test('of more than a thousand users twice as many units are assumed', async () => {
  expect(await unitsAllowed({ mode: 'all', rule })).toBe(2_400);
});

test('without a list of all users, no more than of the smallest organization', async () => {
  expect(await unitsAllowed({ mode: 'selected', users: [], groups: [], rule })).toBe(1_200);
});

/** The limits of SharePoint and of Teams are kept to before anybody has to be refused. */
import { afterEach, expect, test } from 'vitest';
import { graphPath } from '../../../src-worker/graph/paths.ts';
import { documentedLimits } from '../../../src-worker/graph/throttle-governor.ts';
import {
  closeAll,
  connectionTo,
  mailboxesOf,
  open,
  simulate,
  simulatorStats,
  teamsOf,
  withIdSchema,
} from './simulated-organization.ts';

afterEach(closeAll);

test('calls to SharePoint slow down when it tells that little is left, and none is refused', async () => {
  const minuteMs = 3_000;
  const simulator = await simulate({
    users: 1,
    messagesPerUser: 0,
    latencyMs: 3,
    drives: { filesPerDrive: 1 },
    unitLimits: { unitsPerMinute: 100, minuteMs },
  });
  // Nothing of our own holds these calls back but eight at a time: what the service tells has to.
  const sharepoint = { lane: { slots: 8 }, maxInFlight: 8 };
  const graph = open(connectionTo(simulator), { throttleLimits: { ...documentedLimits, sharepoint } });
  const [user = ''] = await mailboxesOf(graph);
  const call = { schema: withIdSchema, service: 'sharepoint' as const };
  const startedMs = performance.now();
  const path = graphPath`/users/${user}/drive`;
  await Promise.all(Array.from({ length: 250 }, () => graph.getJson(path, call)));
  expect(await simulatorStats(simulator)).toMatchObject({ throttled: 0, resourceUnits: 250 });
  expect(performance.now() - startedMs).toBeGreaterThan(minuteMs);
});

test('a limit that SharePoint tells takes the place of one that was assumed', async () => {
  const simulator = await simulate({
    users: 1,
    messagesPerUser: 0,
    drives: { filesPerDrive: 1 },
    unitLimits: { unitsPerMinute: 125 },
  });
  const graph = open(connectionTo(simulator));
  const [user = ''] = await mailboxesOf(graph);
  const allowed = () => graph.budgets().find(({ service }) => service === 'sharepoint')?.allowed;
  const call = { schema: withIdSchema, service: 'sharepoint' as const };
  const path = graphPath`/users/${user}/drive`;
  for (let count = 0; count < 99; count += 1) await graph.getJson(path, call);
  expect(allowed()).toBe(1_200);
  await graph.getJson(path, call);
  expect(allowed()).toBe(120);
});

test('two teams are asked four times a second each, and none of the calls is refused', async () => {
  const simulator = await simulate({ users: 4, messagesPerUser: 0, teams: { count: 2, postsPerChannel: 1 } });
  const graph = open(connectionTo(simulator));
  const teams = await teamsOf(graph);
  expect(teams).toHaveLength(2);
  const call = { schema: withIdSchema, service: 'teams' as const };
  const startedMs = performance.now();
  await Promise.all(
    teams.flatMap((team) => Array.from({ length: 10 }, () => graph.getJson(graphPath`/teams/${team}`, call))),
  );
  expect(await simulatorStats(simulator)).toMatchObject({ throttled: 0 });
  // Ten calls to a team are three turns of four; both teams take theirs at the same time.
  expect(performance.now() - startedMs).toBeGreaterThan(2_000);
  expect(performance.now() - startedMs).toBeLessThan(4_500);
});

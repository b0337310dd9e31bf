/** A simulated organization, a client and an empty copy of one person's items, for the tests of a workload. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AccountKind } from '../../../src-shared/model/account-kind.ts';
import type { GraphConnection } from '../../../src-shared/model/connection.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import type { RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { documentedLimits } from '../../../src-worker/graph/throttle-governor.ts';
import type { GraphClient } from '../../../src-worker/graph/graph-client.ts';
import type { AccountScope, Workload } from '../../../src-worker/workloads/workload.ts';
import { checkGraphTraffic } from '../../support/graph-contract.ts';
import {
  areaTruth,
  connectionTo,
  control,
  mailboxesOf,
  open,
  sitesOf,
  teamsOf,
  simulate,
} from '../graph/simulated-organization.ts';
import type { AreaLine } from '../simulator/session.ts';
import { Copy } from './copy.ts';

export interface Prepared {
  readonly simulator: RunningSimulator;
  readonly scope: AccountScope;
  readonly copy: Copy;
  /** What the person has now. */
  readonly truth: () => Promise<AreaLine[]>;
  /** Makes changes of the workload's area, by kind, or of another area, by `area.kind`. */
  readonly change: (counts: Readonly<Record<string, number>>, seed?: number) => Promise<unknown>;
}

/** Teams and SharePoint allow little in a time; the simulator's own limits say whether they are kept to. */
const impatient = {
  ...documentedLimits,
  teams: { lane: { slots: 16 }, maxInFlight: 16 },
  sharepoint: { lane: { slots: 32 }, maxInFlight: 32 },
};

/** Whose items are copied and how the client signs in: the first kind of the workload, and a secret, unless given. */
interface CopyChoice {
  readonly kind?: AccountKind;
  readonly connection?: Partial<GraphConnection>;
}

/** The first account of a kind; of sites the third, which has lists and libraries of every kind. */
async function accountOf(graph: GraphClient, kind: AccountKind): Promise<string> {
  if (kind === 'site') return (await sitesOf(graph))[2] ?? '';
  const [first = ''] = kind === 'group' ? await teamsOf(graph) : await mailboxesOf(graph);
  return first;
}

/** Workloads and areas of the simulator have the same names, but for this one. */
const areaOf = ({ name }: Workload) => (name === 'conversation' ? 'thread' : name);

export async function prepareCopy(
  workload: Workload,
  options: SimulatorOptions,
  choice: CopyChoice = {},
): Promise<Prepared> {
  const simulator = await simulate({ profile: 'sample', users: 2, messagesPerUser: 0, ...options });
  const graph = open(connectionTo(simulator, choice.connection), { throttleLimits: impatient });
  const kind = choice.kind ?? workload.accountKinds[0] ?? 'user';
  const accountId = await accountOf(graph, kind);
  const scope = { graph, kind, accountId, signal: new AbortController().signal };
  return {
    simulator,
    scope,
    copy: new Copy(workload, scope),
    truth: () => areaTruth<AreaLine>(simulator, areaOf(workload), accountId),
    change: (counts, seed = 1) => {
      const named = Object.entries(counts).map(([kind, count]) => [
        kind.includes('.') ? kind : `${areaOf(workload)}.${kind}`,
        count,
      ]);
      const areas = Object.fromEntries(named) as Record<string, number>;
      return control(simulator, '/control/changes', { user: accountId, seed, areas });
    },
  };
}

interface ContractCase extends CopyChoice {
  readonly options: SimulatorOptions;
  readonly changes: Readonly<Record<string, number>>;
}

/** Says that two runs with `changes` between them keep to the Graph contract and to the limits of a mailbox. */
export async function expectContract(
  workload: Workload,
  { options, changes, ...choice }: ContractCase,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `${workload.name}-traffic-`));
  try {
    const trafficFile = join(folder, 'traffic.ndjson');
    const { simulator, scope, copy, change } = await prepareCopy(
      workload,
      { ...options, trafficFile },
      choice,
    );
    await copy.run();
    await change(changes);
    await copy.run();
    await scope.graph.close();
    await simulator.close();
    const verdict = checkGraphTraffic(trafficFile);
    if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
    expect(verdict).toMatchObject({ errors: 0 });
  } finally {
    await rm(folder, { recursive: true });
  }
}

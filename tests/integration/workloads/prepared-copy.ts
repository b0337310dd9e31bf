/** A simulated organization, a client and an empty copy of one person's items, for the tests of a workload. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import type { RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { documentedLimits } from '../../../src-worker/graph/throttle-governor.ts';
import type { AccountScope, Workload } from '../../../src-worker/workloads/workload.ts';
import { checkClientManners, checkGraphTraffic } from '../../support/graph-contract.ts';
import {
  areaTruth,
  connectionTo,
  control,
  mailboxesOf,
  teamsOf,
  open,
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

/** Teams allows few calls a second; the simulator's own limits say whether they are kept to. */
const impatient = { ...documentedLimits, teams: { lane: { slots: 16 }, maxInFlight: 16 } };

/** Workloads and areas of the simulator have the same names, but for this one. */
const areaOf = ({ name }: Workload) => (name === 'conversation' ? 'thread' : name);

export async function prepareCopy(workload: Workload, options: SimulatorOptions): Promise<Prepared> {
  const simulator = await simulate({ profile: 'sample', users: 2, messagesPerUser: 0, ...options });
  const graph = open(connectionTo(simulator), { throttleLimits: impatient });
  const [kind = 'user'] = workload.accountKinds;
  const [accountId = ''] = kind === 'group' ? await teamsOf(graph) : await mailboxesOf(graph);
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

/** Says that two runs with `changes` between them keep to the Graph contract and to the limits of a mailbox. */
export async function expectContract(
  workload: Workload,
  options: SimulatorOptions,
  changes: Readonly<Record<string, number>>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), `${workload.name}-traffic-`));
  try {
    const trafficFile = join(folder, 'traffic.ndjson');
    const { simulator, scope, copy, change } = await prepareCopy(workload, { ...options, trafficFile });
    await copy.run();
    await change(changes);
    await copy.run();
    await scope.graph.close();
    await simulator.close();
    const verdict = checkGraphTraffic(trafficFile);
    if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
    expect(verdict).toMatchObject({ errors: 0 });
    expect(checkClientManners(trafficFile)).toMatchObject({ earlyCalls: [] });
  } finally {
    await rm(folder, { recursive: true });
  }
}

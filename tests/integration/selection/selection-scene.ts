/** An organization with groups, teams and sites, a vault, and runs of which only the selection matters. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { AccountChoice } from '../../../src-shared/contract/organization-contract.ts';
import type { BackupReport } from '../../../src-shared/model/job.ts';
import type { ProtectedItemInput } from '../../../src-shared/model/protected-item.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import { openGraph } from '../../../src-worker/graph/graph-client.ts';
import { selectAccounts } from '../../../src-worker/jobs/selection/select-accounts.ts';
import { protectedItemSchema } from '../../../src-shared/model/protected-item.ts';
import { BackupScene, engineOptions, type Machine } from '../../support/backup-scene.ts';
import { checkGraphTraffic } from '../../support/graph-contract.ts';
import { rateFreeLimits } from '../../support/rate-free-limits.ts';
import { order } from '../../support/simulator-control.ts';

type Account = Awaited<ReturnType<Machine['accounts']>>[number] & {
  readonly name: string;
  readonly kind: string;
  readonly left?: string;
};

/** People can have the same name, so they go by their address. */
const nameOf = ({ kind, name, address }: { kind: string; name: string; address: string }) =>
  `${kind} ${kind === 'user' ? address : name}`;

export class SelectionScene {
  readonly scene: BackupScene;
  readonly machine: Machine;
  readonly #folderPath: string;

  private constructor(scene: BackupScene, machine: Machine, folderPath: string) {
    this.scene = scene;
    this.machine = machine;
    this.#folderPath = folderPath;
  }

  static async open(options: SimulatorOptions): Promise<SelectionScene> {
    const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-selection-'));
    const trafficFile = join(folderPath, 'traffic.ndjson');
    const scene = await BackupScene.open({ messagesPerUser: 0, ...options, trafficFile });
    const { graph } = engineOptions('', 'one');
    const isFree = options.teamsLimits?.isEnforced === false;
    const machine = await scene.machine('one', {
      graph: { ...graph, ...(isFree && { throttleLimits: rateFreeLimits }) },
    });
    return new SelectionScene(scene, machine, folderPath);
  }

  /** A run with this selection; contacts, because an empty mailbox has none and the run is short. */
  backUp(change: Partial<ProtectedItemInput>): Promise<BackupReport> {
    return this.machine.backUp({ item: { ...this.scene.item, services: ['contacts'], ...change } });
  }

  /** The accounts of the newest snapshot, or of an earlier one. */
  async accounts(snapshot?: number): Promise<Account[]> {
    const { vault, client } = this.machine;
    const scope = { vault, protectedItemId: this.scene.item.id };
    const accounts = await client.snapshot.accounts(snapshot === undefined ? scope : { ...scope, snapshot });
    return accounts as Account[];
  }

  /** Those of them that the run saved. */
  async saved(): Promise<string[]> {
    return (await this.accounts()).filter(({ left }) => left === undefined).map(({ address }) => address);
  }

  /** What a selection means now for all kinds of accounts, also those that no service of this version saves. */
  async selected(change: Partial<ProtectedItemInput>): Promise<{ names: string[]; missing: string[] }> {
    const { mailboxes, sites } = protectedItemSchema.parse({ ...this.scene.item, ...change });
    const graph = openGraph(this.scene.connection, engineOptions('', 'one'));
    try {
      const kinds = new Set(['user', 'group', 'site'] as const);
      const found = await selectAccounts(
        graph,
        { mailboxes, sites, kinds, organizationName: 'Test', known: [] },
        new AbortController().signal,
      );
      return {
        names: [...found.accounts.values()].map(({ row }) => nameOf(row)).sort(),
        missing: found.missing.map(({ error }) => error.code),
      };
    } finally {
      await graph.close();
    }
  }

  /** All pages of the list to choose from. */
  async choices(
    of: 'mailboxes' | 'sites',
    { search, limit = 999 }: { search?: string; limit?: number } = {},
  ): Promise<AccountChoice[]> {
    const { connection } = this.scene;
    const all: AccountChoice[] = [];
    let after: string | undefined;
    do {
      const page = await this.machine.client.organization.accounts({ connection, of, search, after, limit });
      expect(page.accounts.length).toBeLessThanOrEqual(limit);
      all.push(...page.accounts);
      after = page.next ?? undefined;
    } while (after !== undefined);
    return all;
  }

  async change(areas: Readonly<Record<string, number>>, user?: string, seed = 1): Promise<void> {
    await order(this.scene.simulator, 'changes', { areas, user, seed });
  }

  async close(): Promise<void> {
    await this.scene.close();
    rmSync(this.#folderPath, { recursive: true, force: true });
  }

  /** Ends the organization and judges all that was said to it. */
  async expectContract(): Promise<void> {
    await this.scene.simulator.close();
    const verdict = checkGraphTraffic(join(this.#folderPath, 'traffic.ndjson'));
    if (verdict.isAvailable && verdict.errors > 0) process.stderr.write(verdict.report);
    expect(verdict).toMatchObject({ isAvailable: true, errors: 0 });
  }
}

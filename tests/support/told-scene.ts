/** A workload that tells what a test says, and its backup into a vault in memory. */
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import type { SnapshotCounts } from '../../src-shared/model/rows.ts';
import type { Workload } from '../../src-worker/workloads/workload.ts';
import {
  closeAll,
  connectionTo,
  simulate,
  testServices,
} from '../integration/graph/simulated-organization.ts';
import { toldWorkload, type Told } from './told-workload.ts';
import { WorkloadBackup } from './workload-backup.ts';

export class ToldScene {
  /** What the next run is told. */
  readonly told: Told;
  readonly backup: WorkloadBackup;
  readonly #connection: GraphConnection;

  private constructor(told: Told, backup: WorkloadBackup, connection: GraphConnection) {
    this.told = told;
    this.backup = backup;
    this.#connection = connection;
  }

  static async open(more: Partial<Workload> = {}): Promise<ToldScene> {
    const told: Told = { pages: {}, present: new Map() };
    const account = { kind: 'user', accountId: 'somebody' } as const;
    const backup = await WorkloadBackup.open(toldWorkload(told, more), account);
    return new ToldScene(told, backup, connectionTo(await simulate({ users: 1, messagesPerUser: 0 })));
  }

  run(): Promise<SnapshotCounts> {
    return this.backup.run(this.#connection, testServices);
  }

  async close(): Promise<void> {
    this.backup.close();
    await closeAll();
  }
}

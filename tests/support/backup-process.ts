/**
 * A process that opens a vault and runs one backup, for a parent to kill. It gets its order over IPC, says `saving` when
 * mail begins to arrive, and sends the report when it lives to see it.
 */
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import type { BackupReport } from '../../src-shared/model/job.ts';
import type { ProtectedItemInput } from '../../src-shared/model/protected-item.ts';
import { startEngine } from '../../src-worker/entries/engine.ts';
import { engineOptions, reportOf } from './backup-scene.ts';
import { dieAt, type KillPoint } from './kill-point.ts';

/** What a parent asks for. */
export interface BackupOrder {
  readonly catalogFolderPath: string;
  readonly agent: string;
  readonly vaultPath: string;
  /** Opens the vault: a password would cost each process a quarter of a second. */
  readonly recoveryKey: string;
  readonly item: ProtectedItemInput;
  readonly connection: GraphConnection;
  readonly killPoint: KillPoint | undefined;
  /** Commits what there is so often. */
  readonly checkpointIntervalMs: number;
}

/** What it hears. */
export type BackupNews =
  | { readonly type: 'saving' }
  | { readonly type: 'report'; readonly report: BackupReport }
  | { readonly type: 'failure'; readonly message: string };

const tell = (news: BackupNews): unknown => process.send?.(news);

async function backUp(order: BackupOrder): Promise<BackupReport> {
  const { catalogFolderPath, agent, vaultPath, recoveryKey, item, connection, checkpointIntervalMs } = order;
  const engine = startEngine({
    ...engineOptions(catalogFolderPath, agent),
    codecThreads: 1,
    checkpointLimits: { intervalMs: checkpointIntervalMs, packBytes: 1024 ** 3 },
  });
  const key = { kind: 'recovery' as const, recoveryKey };
  const { vault } = await engine.client.vault.open({ path: vaultPath, key });
  if (order.killPoint !== undefined) dieAt(order.killPoint);
  const input = { vault, protectedItem: item, organizationName: 'Test', connection };
  let isSaving = false;
  const report = await reportOf(await engine.client.backup.run(input), ({ phase }) => {
    if (phase === 'saving' && !isSaving) tell({ type: 'saving' });
    isSaving ||= phase === 'saving';
  });
  engine.close();
  return report;
}

process.once('message', (message) => {
  backUp(message as BackupOrder)
    .then(
      (report) => tell({ type: 'report', report }),
      (error: unknown) => tell({ type: 'failure', message: String(error) }),
    )
    .finally(() => process.disconnect());
});

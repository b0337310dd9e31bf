/** A process that applies a planned restore, for a parent to kill. It gets its order over IPC, tells its progress, and ends. */
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import { startEngine } from '../../src-worker/entries/engine.ts';
import { engineOptions, reportOf } from './backup-scene.ts';
import { rateFreeLimits } from './rate-free-limits.ts';

/** What a parent asks for. */
export interface ApplyOrder {
  readonly catalogFolderPath: string;
  readonly vaultPath: string;
  readonly recoveryKey: string;
  readonly plan: string;
  readonly connection: GraphConnection;
}

async function apply({
  catalogFolderPath,
  vaultPath,
  recoveryKey,
  plan,
  connection,
}: ApplyOrder): Promise<void> {
  const engine = startEngine({
    ...engineOptions(catalogFolderPath, 'one'),
    graph: { throttleLimits: rateFreeLimits },
  });
  const { vault } = await engine.client.vault.open({
    path: vaultPath,
    key: { kind: 'recovery', recoveryKey },
  });
  process.send?.('applying');
  await reportOf(await engine.client.plan.apply({ vault, plan, connection }));
  engine.close();
}

process.once('message', (message) => {
  apply(message as ApplyOrder)
    .catch((error: unknown) => process.send?.(String(error)))
    .finally(() => process.disconnect());
});

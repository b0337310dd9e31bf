/** The engine: serves the contract in-process. Other carriers wrap the same router. */
import { createRouterClient, type RouterClient } from '@orpc/server';
import { EngineContext, type EngineOptions } from './engine/engine-context.ts';
import { implementer } from './engine/implementer.ts';
import { backupProcedures, restoreProcedures } from './engine/job-procedures.ts';
import { organizationProcedures } from './engine/organization-procedures.ts';
import { planProcedures } from './engine/plan-procedures.ts';
import { previewProcedures } from './engine/preview-procedures.ts';
import { compareProcedures, searchProcedures } from './engine/search-procedures.ts';
import { secretsProcedures } from './engine/secrets-procedures.ts';
import { snapshotProcedures } from './engine/snapshot-procedures.ts';
import { vaultProcedures } from './engine/vault-procedures.ts';

export type { EngineOptions } from './engine/engine-context.ts';

function engineRouter(engine: EngineContext) {
  return implementer.router({
    vault: vaultProcedures(implementer, engine),
    organization: organizationProcedures(implementer, engine),
    backup: backupProcedures(implementer, engine),
    snapshot: snapshotProcedures(implementer, engine),
    search: searchProcedures(implementer, engine),
    compare: compareProcedures(implementer, engine),
    preview: previewProcedures(implementer, engine),
    restore: restoreProcedures(implementer, engine),
    plan: planProcedures(implementer, engine),
    secrets: secretsProcedures(implementer, engine),
  });
}

/** A client of the engine's contract. */
export type EngineClient = RouterClient<ReturnType<typeof engineRouter>>;

/** A running engine. `close` locks all vaults. */
export interface Engine {
  readonly client: EngineClient;
  close(): void;
}

export function startEngine(options: EngineOptions): Engine {
  const engine = new EngineContext(options);
  return { client: createRouterClient(engineRouter(engine)), close: () => engine.closeAll() };
}

/** Serves the plan noun of the contract: restores to Microsoft 365. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError, isAppError } from '../../../src-shared/errors/app-error.ts';
import {
  restorePlanSchema,
  type RestorePlan,
  type RestoreRequest,
} from '../../../src-shared/model/cloud-restore.ts';
import type { GraphConnection } from '../../../src-shared/model/connection.ts';
import { openGraph, type GraphClient } from '../../graph/graph-client.ts';
import { defaultRetryLimits } from '../../graph/retry-policy.ts';
import { graphPath } from '../../graph/paths.ts';
import { RestoreJournal } from '../../journal/restore-journal.ts';
import { applyRestore } from '../../jobs/cloud/apply-restore.ts';
import { planRestore, type CloudSelection } from '../../jobs/cloud/plan-restore.ts';
import { missingPermissions } from '../../jobs/cloud/restore-lanes.ts';
import { undoRestore } from '../../jobs/cloud/undo-restore.ts';
import type { RestoreSelection } from '../../jobs/restore/restore-files.ts';
import type { EngineContext, OpenVault } from './engine-context.ts';
import { streamJob } from './event-stream.ts';
import type { Implementer } from './implementer.ts';
import { restoreSelections } from './restore-selections.ts';

const suffix = '.restore';

/** What writes items takes memory that a backup does not need. */
const loadRestorables = async () => (await import('./restorables.ts')).restorables;

export function planProcedures(os: Implementer, engine: EngineContext) {
  const { clock } = engine.options;
  const retryLimits = engine.options.graph?.retryLimits ?? defaultRetryLimits;
  return os.plan.router({
    make: os.plan.make.handler(async function* ({ input, signal }) {
      const restorables = await loadRestorables();
      const open = await engine.syncedVault(input.vault);
      const { protectedItemId, request } = input;
      const found = restoreSelections(open.catalog, { ...input, ...request });
      const snapshot = found[0]?.scope.number ?? input.snapshot ?? 0;
      return yield* withGraph(engine, input.connection, async function* (graph) {
        const selections = await targeted(graph, found, request);
        const id = randomBytes(8).toString('hex');
        return yield* withJournal(engine, { open, id, isNew: true }, async function* (journal) {
          yield* streamJob(signal, (jobSignal, onProgress) =>
            planRestore(
              { graph, clock, journal, retryLimits, restorables, catalog: open.catalog },
              {
                ...{ id, vaultId: open.vault.id, protectedItemId, snapshot, request, selections },
                ...{ signal: jobSignal, onProgress },
              },
            ),
          );
          const workloads = new Set(journal.places().map(({ workload }) => workload));
          const missing = await missingPermissions({ graph, restorables }, workloads);
          return { ...planOf(journal), missingPermissions: missing };
        });
      });
    }),

    list: os.plan.list.handler(({ input }) => listPlans(engine, engine.openVault(input.vault))),

    steps: os.plan.steps.handler(({ input }) => {
      const journal = openJournal(engine, engine.openVault(input.vault), input.plan);
      try {
        const steps = journal.stepPage(input.after, input.limit);
        return { steps, next: steps.length < input.limit ? null : (steps.at(-1)?.number ?? null) };
      } finally {
        journal.close();
      }
    }),

    apply: os.plan.apply.handler(async function* ({ input, signal }) {
      const restorables = await loadRestorables();
      const open = await engine.syncedVault(input.vault);
      const { vault, catalog } = open;
      return yield* withGraph(engine, input.connection, (graph) =>
        withJournal(engine, { open, id: input.plan }, (journal) =>
          streamJob(signal, (jobSignal, onProgress) =>
            applyRestore(
              { graph, clock, journal, retryLimits, restorables, vault, catalog },
              { signal: jobSignal, onProgress },
            ),
          ),
        ),
      );
    }),

    undo: os.plan.undo.handler(async function* ({ input, signal }) {
      const restorables = await loadRestorables();
      const open = engine.openVault(input.vault);
      return yield* withGraph(engine, input.connection, (graph) =>
        withJournal(engine, { open, id: input.plan }, (journal) =>
          streamJob(signal, (jobSignal, onProgress) =>
            undoRestore(
              { graph, clock, journal, retryLimits, restorables },
              { signal: jobSignal, onProgress, includesChanged: input.includesChanged },
            ),
          ),
        ),
      );
    }),
  });
}

/** Every selection with the account that it goes to. */
async function targeted(
  graph: GraphClient,
  selections: readonly RestoreSelection[],
  { toAccount }: RestoreRequest,
): Promise<CloudSelection[]> {
  const sources = new Set(selections.map(({ scope }) => scope.account));
  if (toAccount === undefined)
    return selections.map((each) => ({ ...each, targetAccount: each.scope.account }));
  if (sources.size !== 1)
    throw new AppError(
      'input-invalid',
      `What was chosen belongs to ${sources.size} accounts, and only one can be restored into another. Nothing was planned; name it.`,
      { details: { accounts: sources.size } },
    );
  const { id } = await graph.getJson(graphPath`/users/${toAccount}`, {
    schema: z.object({ id: z.string().min(1).max(1024) }),
    query: { $select: 'id' },
    target: 'account',
  });
  return selections.map((each) => ({ ...each, targetAccount: id }));
}

async function* withGraph<P, R>(
  engine: EngineContext,
  connection: GraphConnection,
  action: (graph: GraphClient) => AsyncGenerator<P, R, void>,
): AsyncGenerator<P, R, void> {
  const graph = openGraph(connection, engine.graphServices);
  try {
    return yield* action(graph);
  } finally {
    await graph.close();
  }
}

/** Opens a journal for `action`, or makes it; a new one that did not become a plan is removed again. */
async function* withJournal<P, R>(
  engine: EngineContext,
  { open, id, isNew = false }: { open: OpenVault; id: string; isNew?: boolean },
  action: (journal: RestoreJournal) => AsyncGenerator<P, R, void>,
): AsyncGenerator<P, R, void> {
  const path = journalPath(engine, open, id);
  if (isNew) mkdirSync(engine.options.journalFolderPath, { recursive: true, mode: 0o700 });
  const journal = isNew
    ? RestoreJournal.create(path, open.vault.keys.journalKey)
    : openJournal(engine, open, id);
  try {
    return yield* action(journal);
  } finally {
    const { isWhole } = journal;
    journal.close();
    if (!isWhole) rmSync(path, { force: true });
  }
}

function openJournal(engine: EngineContext, open: OpenVault, id: string): RestoreJournal {
  return RestoreJournal.open(journalPath(engine, open, id), open.vault.keys.journalKey);
}

function journalPath(engine: EngineContext, { vault }: OpenVault, id: string): string {
  return join(engine.options.journalFolderPath, `${vault.id}-${id}${suffix}`);
}

function listPlans(engine: EngineContext, open: OpenVault): { plans: RestorePlan[]; busy: string[] } {
  const prefix = `${open.vault.id}-`;
  const plans: RestorePlan[] = [];
  const busy: string[] = [];
  mkdirSync(engine.options.journalFolderPath, { recursive: true, mode: 0o700 });
  for (const file of readdirSync(engine.options.journalFolderPath)) {
    if (!file.startsWith(prefix) || !file.endsWith(suffix)) continue;
    const id = file.slice(prefix.length, -suffix.length);
    const plan = planIfFree(engine, open, id);
    if (plan === 'busy') busy.push(id);
    else if (plan !== undefined) plans.push(plan);
  }
  return { plans: plans.sort((a, b) => b.createdAt.localeCompare(a.createdAt)), busy };
}

/** Undefined for the rest of a plan whose making was cut off. */
function planIfFree(engine: EngineContext, open: OpenVault, id: string): RestorePlan | 'busy' | undefined {
  try {
    const journal = openJournal(engine, open, id);
    try {
      return journal.isWhole ? planOf(journal) : undefined;
    } finally {
      journal.close();
    }
  } catch (error) {
    if (isAppError(error, 'restore-busy')) return 'busy';
    if (isAppError(error, 'restore-unknown')) return undefined;
    throw error;
  }
}

function planOf(journal: RestoreJournal): RestorePlan {
  const { header, state } = journal;
  const foldersToMake = journal.places().filter((place) => place.state === 'missing').length;
  return restorePlanSchema.parse({ ...header, state, steps: journal.counts(), foldersToMake });
}

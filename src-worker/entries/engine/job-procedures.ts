/** Serves the nouns that run for a while: backup, restore. */
import { openGraph } from '../../graph/graph-client.ts';
import { BufferShelf } from '../../jobs/buffer-shelf.ts';
import { restoreFiles, type RestoreSelection } from '../../jobs/restore/restore-files.ts';
import { runBackup, type BackupServices } from '../../jobs/run-backup.ts';
import { findAccount, findFolder, findSnapshot } from '../../jobs/snapshot-scope.ts';
import { serviceNames, type ServiceName } from '../../../src-shared/model/service-name.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { EngineContext } from './engine-context.ts';
import { streamJob } from './event-stream.ts';
import type { Implementer } from './implementer.ts';
import { codecThreadCount, startCodecs } from './threads.ts';
import { workloads } from './workloads.ts';

export function backupProcedures(os: Implementer, engine: EngineContext) {
  return os.backup.router({
    run: os.backup.run.handler(async function* ({ input, signal }) {
      const { vault, catalog } = engine.openVault(input.vault);
      const bodyShelf = new BufferShelf();
      const takeMemory = (sizeBytes: number) => bodyShelf.take(sizeBytes);
      const graph = openGraph(input.connection, { ...engine.graphServices, takeMemory });
      const threads = engine.options.codecThreads ?? codecThreadCount();
      const services: BackupServices = {
        vault,
        catalog,
        graph,
        bodyShelf,
        workloads,
        clock: engine.options.clock,
        agent: engine.options.agent,
        limits: engine.checkpointLimits,
        accountsAtOnce: engine.accountsAtOnce,
        startCodecs: (filterMemory) => startCodecs({ keys: vault.keys.writerKeys, filterMemory }, threads),
      };
      const { protectedItem: item, organizationName } = input;
      try {
        return yield* engine.asOnlyWriter(input.vault, () => {
          const pauseSwitch = engine.pausable(input.vault);
          return streamJob(signal, (jobSignal, onProgress) =>
            runBackup(services, { item, organizationName, signal: jobSignal, onProgress, pauseSwitch }),
          );
        });
      } finally {
        await graph.close();
      }
    }),

    pause: os.backup.pause.handler(({ input }) => {
      engine.pauseSwitch(input.vault).turn(true);
      return {};
    }),
    resume: os.backup.resume.handler(({ input }) => {
      engine.pauseSwitch(input.vault).turn(false);
      return {};
    }),
  });
}

export function restoreProcedures(os: Implementer, engine: EngineContext) {
  return os.restore.router({
    files: os.restore.files.handler(async function* ({ input, signal }) {
      const { vault, catalog } = await engine.syncedVault(input.vault);
      const selections = restoreSelections(catalog, input);
      const { targetPath, container, vcard, existing, mail, damaged } = input;
      const options = { vcard, existing, mail, damaged };
      const services = { vault, catalog, clock: engine.options.clock };
      return yield* streamJob(signal, (jobSignal, onProgress) =>
        restoreFiles(services, {
          selections,
          targetPath,
          container,
          options,
          signal: jobSignal,
          onProgress,
        }),
      );
    }),
  });
}

function restoreSelections(
  catalog: Catalog,
  input: {
    protectedItemId: string;
    snapshot?: number | undefined;
    account?: string | undefined;
    service?: ServiceName | undefined;
    folder?: string | undefined;
    item?: string | undefined;
  },
): RestoreSelection[] {
  const chainId = input.protectedItemId;
  const { number } = findSnapshot(catalog, chainId, input.snapshot);
  const accounts =
    input.account === undefined
      ? catalog.accounts(chainId, number)
      : [findAccount(catalog, { chainId, number }, input.account)];
  const isPart = input.folder !== undefined || input.item !== undefined;
  const services = input.service !== undefined ? [input.service] : isPart ? ['mail'] : serviceNames;
  return accounts.flatMap((account) =>
    services.map((workload) => {
      const scope = { chainId, number, workload, account: account.id };
      const collectionId =
        input.folder === undefined ? undefined : findFolder(catalog, scope, input.folder).collection.id;
      return { scope, accountName: account.address, collectionId, itemId: input.item };
    }),
  );
}

/** Serves the nouns that run for a while: backup, restore. */
import { openGraph } from '../../graph/graph-client.ts';
import { BufferShelf } from '../../jobs/buffer-shelf.ts';
import { runBackup, type BackupServices } from '../../jobs/run-backup.ts';
import type { EngineContext } from './engine-context.ts';
import { streamJob } from './event-stream.ts';
import type { Implementer } from './implementer.ts';
import { restoreSelections } from './restore-selections.ts';
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
      // Its formats take memory that a backup does not need.
      const { restoreFiles } = await import('../../jobs/restore/restore-files.ts');
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

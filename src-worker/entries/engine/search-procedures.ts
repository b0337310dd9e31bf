/** Serves the nouns search and compare of the contract. */
import { compareSnapshots } from '../../jobs/compare-snapshots.ts';
import { searchItems } from '../../jobs/search-items.ts';
import type { EngineContext } from './engine-context.ts';
import { streamJob } from './event-stream.ts';
import type { Implementer } from './implementer.ts';

export function searchProcedures(os: Implementer, engine: EngineContext) {
  return os.search.router({
    items: os.search.items.handler(async function* ({ input, signal }) {
      const { catalog } = await engine.syncedVault(input.vault);
      const { clock } = engine.options;
      return yield* streamJob(signal, (jobSignal, onProgress) =>
        searchItems({ catalog, clock, signal: jobSignal, onProgress }, input),
      );
    }),
  });
}

export function compareProcedures(os: Implementer, engine: EngineContext) {
  return os.compare.router({
    snapshots: os.compare.snapshots.handler(async ({ input }) => {
      const { catalog } = await engine.syncedVault(input.vault);
      return compareSnapshots(catalog, input);
    }),
  });
}

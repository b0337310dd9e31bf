/** Serves the search noun of the contract. */
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

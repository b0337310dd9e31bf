/** Serves the preview noun of the contract: one item to look at, and the bytes that belong to it. */
import type { ServiceName } from '../../../src-shared/model/service-name.ts';
import type { ItemContent } from '../../jobs/preview/item-content.ts';
import { findItem } from '../../jobs/snapshot-scope.ts';
import { ObjectReader } from '../../vault/objects/object-reader.ts';
import type { EngineContext } from './engine-context.ts';
import type { Implementer } from './implementer.ts';
import { listedItem, scopeOf } from './snapshot-procedures.ts';

interface ItemInput {
  readonly vault: string;
  readonly protectedItemId: string;
  readonly snapshot?: number | undefined;
  readonly account: string;
  readonly service: ServiceName;
  readonly item: string;
}

export function previewProcedures(os: Implementer, engine: EngineContext) {
  return os.preview.router({
    item: os.preview.item.handler(async ({ input, signal }) => {
      const content = await openItem(engine, input, signal);
      const { previewOf } = await import('../../jobs/preview/preview-item.ts');
      return { item: listedItem(content.item), preview: await previewOf(content) };
    }),
    part: os.preview.part.handler(async ({ input, signal }) => {
      const content = await openItem(engine, input, signal);
      const { bytes, isLast } = await content.readPart(input.part, input);
      return { bytes: new File([bytes], 'part', { type: 'application/octet-stream' }), isLast };
    }),
    source: os.preview.source.handler(async ({ input, signal }) => {
      const content = await openItem(engine, input, signal);
      return content.readSource(input.limitBytes);
    }),
  });
}

async function openItem(
  engine: EngineContext,
  input: ItemInput,
  signal: AbortSignal | undefined,
): Promise<ItemContent> {
  const { vault, catalog } = await engine.syncedVault(input.vault);
  const scope = scopeOf(catalog, input);
  const item = findItem(catalog, scope, input.item);
  // What reads mail takes memory that a backup does not need.
  const { ItemContent } = await import('../../jobs/preview/item-content.ts');
  return ItemContent.open(new ObjectReader(vault, catalog), { item, workload: scope.workload, signal });
}

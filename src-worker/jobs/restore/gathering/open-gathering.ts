/** Finds what the items of a collection become together. */
import type { CollectionRow } from '../../../../src-shared/model/rows.ts';
import type { Catalog, SnapshotScope } from '../../../catalog/catalog.ts';
import { safeFileName } from '../../../formats/file-name.ts';
import { listColumns } from '../../../formats/list-table.ts';
import { isDamage, type ObjectReader } from '../../../vault/objects/object-reader.ts';
import { listKey } from '../../../workloads/site/site-call.ts';
import { teamCollection } from '../../../workloads/team/channels.ts';
import { readItem } from '../renderings.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { Gathering } from './gathering.ts';
import { TableGathering } from './table-gathering.ts';
import { TranscriptGathering } from './transcript-gathering.ts';

interface GatheringServices {
  readonly catalog: Catalog;
  readonly reader: ObjectReader;
  readonly target: RestoreTarget;
}

interface GatheringSource {
  readonly scope: SnapshotScope;
  readonly collection: CollectionRow;
  /** Its folder, which is there. */
  readonly folderPath: string;
}

/** Undefined for collections whose items stay apart. */
export async function openGathering(
  services: GatheringServices,
  { scope, collection, folderPath }: GatheringSource,
): Promise<Gathering | undefined> {
  const { target } = services;
  const title = collection.name;
  const isTalk = scope.workload === 'chat' || (scope.workload === 'team' && collection.id !== teamCollection);
  if (isTalk)
    return TranscriptGathering.open(target, { folderPath, title, name: safeFileName(title, scope.workload) });
  if (scope.workload !== 'site') return undefined;
  const columns = await columnsOf(services, scope, collection.id);
  return columns.length === 0
    ? undefined
    : TableGathering.open(target, { folderPath, name: safeFileName(title, 'list') }, columns);
}

/** None of what is no list, and of a list whose definition was not saved or is damaged: restoring it says so. */
async function columnsOf({ catalog, reader }: GatheringServices, scope: SnapshotScope, list: string) {
  const definition = catalog.item(scope, listKey(list));
  if (definition === undefined) return [];
  try {
    const parts = (await reader.readParts(definition.content)) ?? [];
    return listColumns((await readItem(parts, (content) => reader.readContent(content)))?.json);
  } catch (error) {
    if (isDamage(error)) return [];
    throw error;
  }
}

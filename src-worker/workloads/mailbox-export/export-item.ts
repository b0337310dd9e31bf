/**
 * An item of an export. Its id is that of its folder and its own: ids of the export are in a form of their own, which is
 * that of no other part of Graph, and a search folder shows items of other folders again.
 */
import { z } from 'zod';
import { listed } from '../item-info.ts';
import type { ItemHead } from '../workload.ts';

const text = z.string().nullish();
export const exportItemSchema = z.object({
  id: z.string().min(1).max(500),
  changeKey: text.catch(undefined),
  createdDateTime: text.catch(undefined),
  lastModifiedDateTime: text.catch(undefined),
  size: z.number().nonnegative().nullish().catch(undefined),
  /** The class of the item, IPM.Note and the like. */
  type: text.catch(undefined),
});
export type ExportItem = z.infer<typeof exportItemSchema>;

/** The ids of folder and item. */
export interface ExportPlace {
  readonly folder: string;
  readonly item: string;
}

export function placeOf(id: string): ExportPlace {
  const [folder = '', item = ''] = id.split(' ');
  return { folder, item };
}

export const idOf = ({ folder, item }: ExportPlace): string => `${folder} ${item}`;

/** The row of an item. The export tells no subject; whoever looks for one finds it in the mail itself. */
export function describeExportItem(item: ExportItem, folder: string): ItemHead {
  const type = (item.type ?? 'item').slice(0, 64);
  const created = item.createdDateTime?.slice(0, 16).replace('T', ' ').replace(':', '');
  const title = created === undefined ? type : `${created} ${type}`;
  return {
    id: idOf({ folder, item: item.id }),
    collection: folder,
    version: item.changeKey ?? '',
    title,
    // A FastTransfer stream, as the import takes it (graph facts, section 5).
    info: listed({ name: `${title}.fts`, type, modified: item.lastModifiedDateTime }),
  };
}

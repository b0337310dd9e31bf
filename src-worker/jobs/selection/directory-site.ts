/** Sites as Graph tells of them. */
import { z } from 'zod';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import type { Directory } from './selected-account.ts';

export const siteFields = 'id,displayName,name,webUrl,isPersonalSite';

const text = z.string().nullish().catch(undefined);

export const siteSchema = z.object({
  id: z.string().min(1).max(1024),
  displayName: text,
  name: text,
  webUrl: text,
  isPersonalSite: z.boolean().nullish().catch(undefined),
});
export type GraphSite = z.infer<typeof siteSchema>;

/** The site at a path below the version root; throws `account-unknown` for none. */
export function readSite({ graph, signal }: Directory, path: string): Promise<GraphSite> {
  return graph.getJson(path, {
    ...{ schema: siteSchema, query: { $select: siteFields }, service: 'sharepoint' as const },
    ...{ target: 'account' as const, signal },
  });
}

export function siteRow({ id, webUrl, displayName, name }: GraphSite): AccountRow {
  const address = (webUrl ?? id).slice(0, 1024);
  return { id, address, name: (displayName ?? name ?? address).slice(0, 1024), kind: 'site' };
}

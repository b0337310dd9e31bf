/** What a site really holds: itself, its lists with columns, their items, and its pages. */
import { createHash } from 'node:crypto';
import type { Organization } from '../graph/graph-call.ts';
import { attachmentsOf } from './item-attachments.ts';
import { allColumns } from './list-columns.ts';
import { listSource, type ListSource } from './list-source.ts';
import { pageJson } from './page-json.ts';
import { fieldsJson } from './site-json.ts';
import type { PlannedSite } from './site-plan.ts';
import type { SiteStore } from './site-store.ts';

/** A value with the keys of all objects in order and without annotations (names with `@odata.`). */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !name.includes('@odata.'))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, canonical(one)]),
  );
}

/** SHA-256 of the JSON of `canonical`, the form in which items and pages are compared with backups. */
const digest = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(value)))
    .digest('hex');

function* itemLines(organization: Organization, source: ListSource): Generator<object> {
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: ReturnType<ListSource['page']> = source.page(cursor, 200);
    for (const entry of page.entries)
      yield {
        kind: 'listItem',
        id: String(entry.number),
        listId: source.info.id,
        /** Of `fields` as GET with $expand=fields returns them. */
        sha256: digest(fieldsJson(source, entry)),
        // Of `fields` of the versions, oldest first.
        versions: Array.from({ length: entry.asOf ? entry.version : 1 }, (_, i) =>
          digest(fieldsJson(source, entry.asOf?.(i + 1) ?? entry)),
        ),
        attachments: attachmentsOf(source, entry).map(({ name, content }) => ({
          name,
          sizeBytes: content.sizeBytes,
          sha256: organization.drives.world.bytes.sha256(content),
        })),
      };
    cursor = page.next;
  }
}

function listLine(source: ListSource) {
  const { info, list } = source;
  return {
    kind: 'list',
    id: info.id,
    displayName: info.displayName,
    template: info.template,
    isHidden: info.isHidden,
    columns: allColumns(list.number, list.addedColumns).map(({ name, kind }) => ({ name, kind })),
  };
}

function* linesOf(organization: Organization, store: SiteStore, site: PlannedSite): Generator<object> {
  const content = store.content(site);
  yield {
    kind: 'site',
    id: store.plan.idOf(site),
    displayName: store.titleOf(site),
    path: site.path,
    parentId: site.parent < 0 ? null : store.plan.idOf(store.plan.site(site.parent) ?? site),
    groupId: site.group === null ? null : store.plan.groupIdOf(site.group),
    unreadable: site.isLocked ? 'resourceLocked' : null,
  };
  for (const list of content.listStates()) {
    const source = listSource({ organization, content, list });
    yield listLine(source);
    yield* itemLines(organization, source);
  }
  for (const state of content.pages.page(0, content.pages.count).entries) {
    const page = pageJson({ organization, site, state }, { isLayoutShown: true });
    // Of the page as GET .../microsoft.graph.sitePage?$expand=canvasLayout returns it.
    yield { kind: 'page', id: page['id'], name: page['name'], title: page['title'], sha256: digest(page) };
  }
}

/** The truth about a site; nothing for a stranger. */
export function* siteTruth(organization: Organization, store: SiteStore, account: string): Generator<object> {
  const site = store.plan.find(account);
  if (site) yield* linesOf(organization, store, site);
}

/**
 * SharePoint's own REST interface, as far as a backup needs it: the attachments of list items,
 * `{site}/_api/web/lists(guid'..')/items(n)/AttachmentFiles`. It wants a token for SharePoint itself.
 */
import { plainJson, type Answer } from '../http/answer.ts';
import type { GraphCall, Organization, Route } from '../graph/graph-call.ts';
import { attachmentsOf, type ItemAttachment } from './item-attachments.ts';
import { listSource, numberOfListId } from './list-source.ts';
import type { PlannedSite } from './site-plan.ts';

/** First segment of a REST call, put there by the endpoint. */
export const restMark = '_api';
const restProblem = (status: number, code: string, value: string): Answer =>
  plainJson({ 'odata.error': { code, message: { lang: 'en-US', value } } }, status);
const noItem = (): Answer =>
  restProblem(404, '-2130575338, System.ArgumentException', 'The item does not exist.');
const noList = (): Answer =>
  restProblem(404, '-2130575322, System.ArgumentException', 'List does not exist.');

/** The parts of a path below `_api/web`. */
const listsPart = /^lists\(guid'([0-9a-f-]{36})'\)$/i;
const itemsPart = /^items\((\d{1,9})\)$/i;
const filesPart = /^AttachmentFiles(?:\('(.*)'\))?$/i;

interface RestAddress {
  organization: Organization;
  site: PlannedSite;
  listId: string;
  item: number;
}

function attachmentJson({ site, item }: RestAddress, listUrl: string, { name }: ItemAttachment) {
  const url = `${site.path}/${listUrl}/Attachments/${item}/${name}`;
  return {
    FileName: name,
    FileNameAsPath: { DecodedUrl: name },
    ServerRelativePath: { DecodedUrl: url },
    ServerRelativeUrl: url,
  };
}

/** Finds the item and answers from its attachments. */
function withItem(
  at: RestAddress,
  run: (attachments: readonly ItemAttachment[], listUrl: string) => Answer,
): Answer {
  const { organization, site, listId, item } = at;
  const content = organization.siteStore.content(site);
  const list = content.list(numberOfListId(organization.options.seed, site, listId));
  if (!list) return noList();
  const source = listSource({ organization, content, list });
  const entry = source.entry(item);
  return entry && !entry.isDeleted ? run(attachmentsOf(source, entry), source.info.path) : noItem();
}

const listAttachments = (at: RestAddress) => (): Answer =>
  withItem(at, (attachments, listUrl) =>
    plainJson({ value: attachments.map((attachment) => attachmentJson(at, listUrl, attachment)) }),
  );

const getAttachment = (at: RestAddress, name: string) => (): Answer =>
  withItem(at, (attachments) => {
    const found = attachments.find((attachment) => attachment.name === name);
    if (!found) return noItem();
    const parts = [...at.organization.drives.world.bytes.read(found.content)];
    return { status: 200, contentType: found.content.format.contentType, body: parts };
  });

function operationOf(at: RestAddress, file: string | undefined, value: string | undefined) {
  if (file === undefined)
    return value === undefined ? (['rest.AttachmentFiles', 2, listAttachments(at)] as const) : null;
  const name = file.replaceAll("''", "'");
  return value === '$value' ? (['rest.AttachmentFiles.GetValue', 1, getAttachment(at, name)] as const) : null;
}

/** The item a path names, and what follows it; null for a path of another form. */
function readAddress(
  organization: Organization,
  segments: readonly string[],
): { at: RestAddress; rest: readonly string[] } | null {
  const api = segments.indexOf(restMark, 1);
  const path = segments.slice(1, api).map((name) => `/${name}`);
  const site = organization.sites.byPath(path.join(''));
  const [web, lists = '', items = '', ...rest] = segments.slice(api + 1);
  const listId = listsPart.exec(lists)?.[1];
  const item = itemsPart.exec(items)?.[1];
  if (!site || web !== 'web' || listId === undefined || item === undefined) return null;
  return { at: { organization, site, listId, item: Number(item) }, rest };
}

/** The operation of a REST call, or null. */
export function restRoute(organization: Organization, call: GraphCall): Route | null {
  if (call.segments[0] !== restMark) return null;
  const address = readAddress(organization, call.segments);
  const [files = '', value] = address?.rest ?? [];
  const file = filesPart.exec(files);
  const found = address && file && operationOf(address.at, file[1], value);
  if (!found) return null;
  const [operation, cost, run] = found;
  return {
    operation,
    role: 'Sites.FullControl.All',
    resource: 'sharePoint',
    person: null,
    isMail: false,
    units: { service: 'sharepoint', cost },
    run: address.at.site.isLocked ? () => restProblem(423, 'resourceLocked', 'The site is locked.') : run,
  };
}

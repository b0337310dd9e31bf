/**
 * Files attached to list items, which Graph does not know: SharePoint's own interface gives them, to an application that
 * signs in with a certificate and has full control of the sites (graph facts, section 8).
 */
import { z } from 'zod';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { GapCode } from '../../../src-shared/errors/gap-code.ts';
import type { AccountScope, FetchedPart } from '../workload.ts';
import { listCost, sharePoint, sitePath } from './site-call.ts';

/** The list item that something is attached to. */
export interface AttachedItem {
  readonly list: string;
  readonly id: string;
}

/** SharePoint takes attachments of up to 250 MB. An item is held whole until it is stored, so all of its together count. */
const longestBytes = 512 * 1024 * 1024;
const mostAttachments = 10_000;
const filesSchema = z.object({
  value: z.array(z.looseObject({ FileName: z.string().min(1).max(1024) })).max(mostAttachments),
});
const siteSchema = z.object({ webUrl: z.string().min(1).max(4096) });

/** Why attachments of a site cannot be read; asked once in a run, which is as long as its scope lives. */
const gaps = new WeakMap<AccountScope, Promise<GapCode | undefined>>();
const addresses = new WeakMap<AccountScope, Promise<string>>();

/** Remembers an answer; a failure is not one. */
async function once<T>(
  answers: WeakMap<AccountScope, Promise<T>>,
  scope: AccountScope,
  ask: () => Promise<T>,
): Promise<T> {
  const answer = answers.get(scope) ?? ask();
  answers.set(scope, answer);
  try {
    return await answer;
  } catch (error) {
    if (answers.get(scope) === answer) answers.delete(scope);
    throw error;
  }
}

/**
 * What keeps this run from reading the site's attachments; undefined when nothing does. `item` is one that has some, or
 * had: it is tried, because a token does not tell which sites it is good for.
 */
export function attachmentGap(scope: AccountScope, item: AttachedItem): Promise<GapCode | undefined> {
  return once(gaps, scope, () => findGap(scope, item));
}

async function findGap(scope: AccountScope, item: AttachedItem): Promise<GapCode | undefined> {
  try {
    const obstacle = await scope.graph.sharePoint.obstacle();
    if (obstacle !== undefined) return obstacle;
    await listFiles(scope, item);
    return undefined;
  } catch (error) {
    if (isAppError(error, 'item-gone')) return undefined;
    if (isAppError(error, 'access-denied', 'permission-missing', 'sign-in-failed'))
      return 'full-control-missing';
    throw error;
  }
}

/** Attachments as SharePoint lists them, and their bytes in the same order. Rejects with `item-too-large` for too many. */
export async function readAttachments(
  scope: AccountScope,
  item: AttachedItem,
): Promise<{ readonly listed: readonly object[]; readonly parts: readonly FetchedPart[] }> {
  const { graph, signal } = scope;
  const url = await filesUrl(scope, item);
  const listed = await listFiles(scope, item);
  const parts: FetchedPart[] = [];
  let maxBytes = longestBytes;
  for (const { FileName: name } of listed) {
    // In a text of OData an apostrophe is written twice.
    const quoted = encodeURIComponent(name.replaceAll("'", "''"));
    const bytes = await graph.sharePoint.getBytes(`${url}('${quoted}')/$value`, {
      maxBytes,
      signal,
    });
    maxBytes -= bytes.length;
    parts.push({ name, mediaType: 'application/octet-stream', bytes });
  }
  return { listed, parts };
}

async function listFiles(scope: AccountScope, item: AttachedItem) {
  const { graph, signal } = scope;
  const options = { schema: filesSchema, cost: listCost, signal };
  const { value } = await graph.sharePoint.getJson(await filesUrl(scope, item), options);
  return value;
}

async function filesUrl(scope: AccountScope, { list, id }: AttachedItem): Promise<string> {
  const site = await once(addresses, scope, () => readAddress(scope));
  const place = `lists(guid'${encodeURIComponent(list)}')/items(${encodeURIComponent(id)})`;
  return `${site}/_api/web/${place}/AttachmentFiles`;
}

/** Where the site is: SharePoint's interface lies below it. */
async function readAddress(scope: AccountScope): Promise<string> {
  const { graph, signal } = scope;
  const call = { ...sharePoint, target: 'account' as const, signal, query: { $select: 'webUrl' } };
  const { webUrl } = await graph.getJson(sitePath(scope), { ...call, schema: siteSchema });
  return webUrl.replace(/\/$/, '');
}

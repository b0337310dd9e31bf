/**
 * Attachments of events and tasks: the list first, without content, because a list with content can time out, then each
 * by itself (graph facts, section 5).
 */
import { z } from 'zod';
import type { AccountScope, FetchedPart } from './workload.ts';

/** Exchange takes attachments of up to 150 MB. */
const longestAttachmentBytes = 192 * 1024 * 1024;
const reference = '#microsoft.graph.referenceAttachment';

const attachmentSchema = z.looseObject({
  id: z.string().min(1).max(1024),
  '@odata.type': z.string().nullish().catch(undefined),
  name: z.string().nullish().catch(undefined),
  contentType: z.string().nullish().catch(undefined),
});

/** Attachments as Graph lists them, and the content of those that have some, in the same order. */
export interface FoundAttachments {
  readonly listed: readonly Record<string, unknown>[];
  readonly parts: readonly FetchedPart[];
}

/** Fetches what is below `path`, which ends in `/attachments`. With `fields` the list has only those. */
export async function fetchAttachments(
  { graph, accountId, signal }: AccountScope,
  path: string,
  fields?: string,
): Promise<FoundAttachments> {
  const listed: Record<string, unknown>[] = [];
  const parts: FetchedPart[] = [];
  const call = { mailbox: accountId, target: 'item' as const, signal };
  for await (const page of graph.pages(path, {
    schema: attachmentSchema,
    query: { $select: fields },
    ...call,
  })) {
    for (const attachment of page) {
      listed.push(attachment);
      // A link to a file elsewhere has no content of its own.
      if (attachment['@odata.type'] === reference) continue;
      const bytes = await graph.getBytes(`${path}/${encodeURIComponent(attachment.id)}/$value`, {
        ...call,
        maxBytes: longestAttachmentBytes,
      });
      const mediaType = attachment.contentType ?? 'application/octet-stream';
      parts.push({ name: attachment.name ?? '', mediaType, bytes });
    }
  }
  return { listed, parts };
}

/** A file: what it is, by its first bytes. Its name and what the service says of its type prove nothing. */
import type { FilePreview } from '../../../src-shared/contract/preview-contract.ts';
import { itemTitle } from '../../../src-shared/model/item-facts.ts';
import { plainLine } from '../../formats/mime/plain-line.ts';
import type { ItemContent } from './item-content.ts';
import { pictureTypeOf } from '../../../src-shared/model/picture-type.ts';

const headBytes = 4096;

export async function fileView(content: ItemContent): Promise<FilePreview> {
  const { info } = content.item;
  const type = info['folder'] === true ? 'folder' : typeOf(await content.head(headBytes));
  return {
    kind: 'file',
    name: plainLine(itemTitle(info) ?? ''),
    type,
    sizeBytes: content.mainBytes,
    attachments: [],
    notes: [],
  };
}

function typeOf(head: Uint8Array): FilePreview['type'] {
  if (pictureTypeOf(head) !== undefined) return 'picture';
  if (Buffer.from(head.subarray(0, 5)).toString('latin1') === '%PDF-') return 'pdf';
  return isText(head) ? 'text' : 'other';
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false;
  try {
    // The end may cut a letter in two.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

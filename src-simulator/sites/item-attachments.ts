/** Files attached to list items: Graph does not know them, SharePoint's own REST interface does. */
import { mix } from '../chance.ts';
import type { FileContent } from '../files/file-bytes.ts';
import { formatOfName } from '../files/file-formats.ts';
import type { ListEntry, ListSource } from './list-source.ts';

export interface ItemAttachment {
  name: string;
  content: FileContent;
}

/** Everything that SharePoint allows in a name, the awkward signs together in one. */
const names = [
  "Foto O'Neill.jpg",
  'Prüfprotokoll #1 100%.pdf',
  'Notiz.txt',
  '見積書.xlsx',
  "a b+c&d=e;f,g@h!i$j(k)[l]{m}~n^o`p_q-r..'' %20 🚀.txt",
] as const;

/** The attachments of an item. Editing an item leaves them alone. */
export function attachmentsOf(source: ListSource, entry: ListEntry): ItemAttachment[] {
  return Array.from({ length: entry.attachmentCount }, (_, i) => {
    const hash = mix(source.hash, entry.number, 781 + i);
    const name = `${i + 1} ${names[hash % names.length] ?? ''}`;
    const sizeBytes = 900 + (hash % 60_000);
    return { name, content: { hash, sizeBytes, format: formatOfName(name), version: 0, document: null } };
  });
}

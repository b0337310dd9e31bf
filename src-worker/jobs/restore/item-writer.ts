/**
 * Writes one item into a folder of a target: messages in the form that was chosen, as a rule .eml files with the bytes that
 * Microsoft 365 gave, files as they were, everything else as the JSON that it gave, with its attachments beside it, and in a form that other programs open
 * where there is one.
 */
import { basename, extname, join } from 'node:path';
import type { CatalogItem } from '../../catalog/catalog.ts';
import { safeFileName, type NameEnd } from '../../formats/file-name.ts';
import { outlookMessage } from '../../formats/outlook-message.ts';
import { collect, type ObjectReader } from '../../vault/objects/object-reader.ts';
import type { ContentPart } from '../../vault/objects/parts-list.ts';
import type { Gathering } from './gathering/gathering.ts';
import type { MboxGathering } from './gathering/mbox-gathering.ts';
import { damagedName, fileNameOf, nameOf, safeExtension, timeOf } from './item-names.ts';
import { ReadyFiles } from './ready-files.ts';
import { piecesOf, readItem, rendererOf, type ReadContent, type ReadItem } from './renderings.ts';
import type { RestoreOptions } from './restore-options.ts';
import type { RestoreTarget } from './target/restore-target.ts';
import type { Pieces } from './target/staged-file.ts';

/** Where an item goes. */
export interface ItemPlace {
  readonly workload: string;
  readonly folderPath: string;
  /** What it becomes a part of there. */
  readonly gathering?: Gathering | undefined;
  /** Where messages are not files of their own. */
  readonly mbox?: MboxGathering | undefined;
}

/** Bytes of what was written of an item; undefined for one whose files were there and were left. */
export type WrittenBytes = number | undefined;

/** An item and how it is read. */
interface Source {
  readonly item: CatalogItem;
  readonly read: ReadContent;
  readonly isDamaged: boolean;
}

interface PartsSource extends Source {
  readonly parts: readonly ContentPart[];
}

export class ItemWriter {
  readonly #reader: ObjectReader;
  readonly #target: RestoreTarget;
  readonly #options: RestoreOptions;

  constructor(reader: ObjectReader, target: RestoreTarget, options: RestoreOptions) {
    this.#reader = reader;
    this.#target = target;
    this.#options = options;
  }

  /** Throws what reading and writing throw; then no file of the item has got its name. */
  write(item: CatalogItem, place: ItemPlace): Promise<WrittenBytes> {
    const read: ReadContent = (content) => this.#reader.readContent(content);
    return this.#write({ item, read, isDamaged: false }, place);
  }

  /** What can be read of a damaged item, under a name that says so. Throws where that is nothing. */
  writeRemains(item: CatalogItem, place: ItemPlace): Promise<WrittenBytes> {
    const read: ReadContent = (content) => this.#reader.readRemains(content);
    return this.#write({ item, read, isDamaged: true }, place);
  }

  async #write(source: Source, place: ItemPlace): Promise<WrittenBytes> {
    const { item } = source;
    const parts = await this.#reader.readParts(item.content);
    if (parts === undefined && place.mbox !== undefined && !source.isDamaged)
      return place.mbox.add(item, source.read(item.content));
    const files = new ReadyFiles(this.#target, timeOf(item));
    try {
      let shown: ReadItem | undefined;
      if (parts === undefined) await this.#readyWhole(source, place, files);
      else shown = await this.#readyParts({ ...source, parts }, place, files);
      const bytes = await files.put();
      if (shown !== undefined) await place.gathering?.add(item, shown);
      return bytes;
    } catch (error) {
      await files.discard();
      throw error;
    }
  }

  async #readyWhole(source: Source, place: ItemPlace, files: ReadyFiles): Promise<void> {
    const { item, read } = source;
    const { name, extension } = fileNameOf(item);
    const { workload, folderPath } = place;
    const isOutlook = workload === 'mail' && this.#options.mail === 'msg' && isConvertible(source);
    const names = await this.#target.namesIn(folderPath);
    const wanted = nameFor(source, name);
    const fileName = names.take(wanted, isOutlook ? '.msg' : extension);
    if (this.#isLeft(names.wasThere(fileName))) return;
    const add = (content: Pieces, own: string) =>
      files.add(content, { path: join(folderPath, own), stagePath: folderPath });
    if (!isOutlook) return add(read(item.content), fileName);
    const mime = await collect(read(item.content));
    const message = await outlookMessage(mime, timeOf(item)).catch(() => undefined);
    return message === undefined ? add([mime], names.take(wanted, extension)) : add([message], fileName);
  }

  /** The files of an item. Answers the item where it had to be read whole. */
  async #readyParts(source: PartsSource, place: ItemPlace, files: ReadyFiles): Promise<ReadItem | undefined> {
    const { parts, read } = source;
    const { stemPath, partsEnd, renderer, isLeft } = await this.#nameParts(source, place);
    const isShown = place.gathering !== undefined || (renderer !== undefined && !isLeft);
    const shown = isShown ? await readItem(parts, read) : undefined;
    if (isLeft) return shown;
    const paths =
      partsEnd.kind === 'file' ? [stemPath + partsEnd.extension] : await this.#pathsIn(stemPath, parts);
    const add = (content: Pieces, path: string) => files.add(content, { path, stagePath: place.folderPath });
    for (const [i, part] of parts.entries())
      await add(piecesOf(part, shown?.parts[i], read), paths[i] ?? stemPath);
    if (renderer !== undefined && shown !== undefined)
      await add([Buffer.from(renderer.text(shown, this.#options))], stemPath + renderer.extension);
    return shown;
  }

  /** The files of an item bear one name, and where one of them is left, so are the others. */
  async #nameParts(source: PartsSource, { workload, folderPath }: ItemPlace) {
    const renderer = rendererOf(workload, source.item);
    const partsEnd = endOf(source.parts);
    const ends = renderer === undefined ? [partsEnd] : [partsEnd, fileEnd(renderer.extension)];
    const names = await this.#target.namesIn(folderPath);
    const stem = names.takeStem(nameFor(source, nameOf(source.item)), ends);
    const isLeft = this.#isLeft(ends.some(({ extension }) => names.wasThere(stem + extension)));
    return { stemPath: join(folderPath, stem), partsEnd, renderer, isLeft };
  }

  /** A name for each part in the folder that they share. */
  async #pathsIn(folderPath: string, parts: readonly ContentPart[]): Promise<string[]> {
    const names = await this.#target.namesIn(folderPath);
    return parts.map(({ name }) => {
      const extension = safeExtension(extname(name));
      const base = safeFileName(basename(name, extension), 'attachment');
      return join(folderPath, names.take(base, extension));
    });
  }

  #isLeft(wasThere: boolean): boolean {
    return wasThere && this.#options.existing === 'skip';
  }
}

/** A .msg file is made in memory; a longer message, or what is left of one, stays the .eml file that it is. */
const mostOutlookBytes = 64 * 1024 * 1024;
const isConvertible = ({ item, isDamaged }: Source): boolean =>
  !isDamaged && item.content[1] <= mostOutlookBytes;

const nameFor = ({ isDamaged }: Source, name: string): string => (isDamaged ? damagedName(name) : name);
const fileEnd = (extension: string): NameEnd => ({ extension, kind: 'file' });

/** An item of one part is a file, one of several a folder with a file a part. */
function endOf([main, ...others]: readonly ContentPart[]): NameEnd {
  return others.length === 0
    ? fileEnd(safeExtension(extname(main?.name ?? '')))
    : { extension: '', kind: 'folder' };
}

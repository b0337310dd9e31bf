/**
 * Writes one item into a folder of a PC: messages as .eml files with the bytes that Microsoft 365 gave, files as they
 * were, everything else as the JSON that it gave, with its attachments beside it.
 */
import { basename, extname, join } from 'node:path';
import type { CatalogItem } from '../../catalog/catalog.ts';
import { safeFileName } from '../../formats/file-name.ts';
import type { ObjectReader } from '../../vault/objects/object-reader.ts';
import type { ContentPart } from '../../vault/objects/parts-list.ts';
import { nameOf, safeExtension, takeFileName, timeOf } from './item-names.ts';
import type { TargetFolder } from './target-folder.ts';

export class ItemWriter {
  readonly #reader: ObjectReader;
  readonly #target: TargetFolder;

  constructor(reader: ObjectReader, target: TargetFolder) {
    this.#reader = reader;
    this.#target = target;
  }

  /** Returns the bytes of what was written. Throws what reading and writing throw. */
  async write(item: CatalogItem, folderPath: string): Promise<number> {
    const parts = await this.#reader.readParts(item.content);
    if (parts !== undefined) return this.#writeParts(item, parts, folderPath);
    const names = await this.#target.namesIn(folderPath);
    const take = (): string => takeFileName(names, item);
    return this.#target.writeFile(this.#reader.readContent(item.content), {
      folderPath,
      take,
      time: timeOf(item),
    });
  }

  /** An item of one part is a file, one of several a folder with a file a part. */
  async #writeParts(item: CatalogItem, parts: readonly ContentPart[], folderPath: string): Promise<number> {
    const names = await this.#target.namesIn(folderPath);
    const time = timeOf(item);
    const [main, ...others] = parts;
    if (main === undefined) return 0;
    if (others.length === 0) {
      const take = (): string => names.take(nameOf(item), safeExtension(extname(main.name)));
      return this.#target.writeFile(this.#reader.readContent(main.content), { folderPath, take, time });
    }
    const partsPath = join(folderPath, names.take(nameOf(item)));
    await this.#target.makeFolder(partsPath);
    const partNames = await this.#target.namesIn(partsPath);
    let sizeBytes = 0;
    for (const { name, content } of parts) {
      const extension = extname(name);
      const base = safeFileName(basename(name, extension), 'attachment');
      const take = (): string => partNames.take(base, safeExtension(extension));
      const place = { folderPath: partsPath, take, time };
      sizeBytes += await this.#target.writeFile(this.#reader.readContent(content), place);
    }
    return sizeBytes;
  }
}

/**
 * Writes one item into a folder of a PC: messages as .eml files with the bytes that Microsoft 365 gave, files as they
 * were, everything else as the JSON that it gave, with its attachments beside it, and in a form that other programs open
 * where there is one.
 */
import { basename, dirname, extname, join } from 'node:path';
import type { CatalogItem } from '../../catalog/catalog.ts';
import { safeFileName } from '../../formats/file-name.ts';
import type { ObjectReader } from '../../vault/objects/object-reader.ts';
import type { ContentPart } from '../../vault/objects/parts-list.ts';
import { nameOf, safeExtension, takeFileName, timeOf } from './item-names.ts';
import { renderingOf, type RestoreFormats } from './renderings.ts';
import type { FilePlace, TargetFolder } from './target-folder.ts';

export class ItemWriter {
  readonly #reader: ObjectReader;
  readonly #target: TargetFolder;
  readonly #formats: RestoreFormats;

  constructor(reader: ObjectReader, target: TargetFolder, formats: RestoreFormats) {
    this.#reader = reader;
    this.#target = target;
    this.#formats = formats;
  }

  /** Returns the bytes of what was written. Throws what reading and writing throw. */
  async write(item: CatalogItem, workload: string, folderPath: string): Promise<number> {
    const parts = await this.#reader.readParts(item.content);
    if (parts === undefined) return this.#writeWhole(item, folderPath);
    const rendering = await renderingOf(workload, { reader: this.#reader, parts }, this.#formats);
    const partsExtension = parts.length === 1 ? safeExtension(extname(parts[0]?.name ?? '')) : '';
    const names = await this.#target.namesIn(folderPath);
    const extensions = rendering === undefined ? [partsExtension] : [partsExtension, rendering.extension];
    const stemPath = join(folderPath, names.takeStem(nameOf(item), extensions));
    const time = timeOf(item);
    const partsBytes = await this.#writeParts(parts, { path: stemPath + partsExtension, time });
    if (rendering === undefined) return partsBytes;
    const renderedPath = stemPath + rendering.extension;
    return (
      partsBytes + (await this.#target.writeFile([Buffer.from(rendering.text)], placeOf(renderedPath, time)))
    );
  }

  async #writeWhole(item: CatalogItem, folderPath: string): Promise<number> {
    const names = await this.#target.namesIn(folderPath);
    const take = (): string => takeFileName(names, item);
    const place = { folderPath, take, time: timeOf(item) };
    return this.#target.writeFile(this.#reader.readContent(item.content), place);
  }

  /** An item of one part is a file, one of several a folder with a file a part. */
  async #writeParts(
    parts: readonly ContentPart[],
    { path, time }: { path: string; time: Date | undefined },
  ): Promise<number> {
    const [main, ...others] = parts;
    if (main === undefined) return 0;
    if (others.length === 0)
      return this.#target.writeFile(this.#reader.readContent(main.content), placeOf(path, time));
    await this.#target.makeFolder(path);
    const partNames = await this.#target.namesIn(path);
    let sizeBytes = 0;
    for (const { name, content } of parts) {
      const extension = extname(name);
      const base = safeFileName(basename(name, extension), 'attachment');
      const take = (): string => partNames.take(base, safeExtension(extension));
      const place = { folderPath: path, take, time };
      sizeBytes += await this.#target.writeFile(this.#reader.readContent(content), place);
    }
    return sizeBytes;
  }
}

/** A path whose name was taken before. */
const placeOf = (path: string, time: Date | undefined): FilePlace => ({
  folderPath: dirname(path),
  take: () => basename(path),
  time,
});

/** The items of a SharePoint list as one .csv file. */
import type { CatalogItem } from '../../../catalog/catalog.ts';
import { csvHead, csvLine } from '../../../formats/csv.ts';
import { listRow, type ListColumn } from '../../../formats/list-table.ts';
import type { ReadItem } from '../renderings.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { StagedFile } from '../target/staged-file.ts';
import type { Gathering } from './gathering.ts';
import { putBeside } from './put-beside.ts';

/** The folder and the name of a file. */
export interface GatheringPlace {
  readonly folderPath: string;
  readonly name: string;
}

export class TableGathering implements Gathering {
  readonly #target: RestoreTarget;
  readonly #place: GatheringPlace;
  readonly #columns: readonly ListColumn[];
  readonly #staged: StagedFile;

  private constructor(
    target: RestoreTarget,
    place: GatheringPlace,
    { columns, staged }: { columns: readonly ListColumn[]; staged: StagedFile },
  ) {
    this.#target = target;
    this.#place = place;
    this.#columns = columns;
    this.#staged = staged;
  }

  static async open(
    target: RestoreTarget,
    place: GatheringPlace,
    columns: readonly ListColumn[],
  ): Promise<TableGathering> {
    const staged = await target.stage(place.folderPath);
    await staged.write(Buffer.from(csvHead(columns.map(({ title }) => title))));
    return new TableGathering(target, place, { columns, staged });
  }

  async add(_item: CatalogItem, { json }: ReadItem): Promise<void> {
    const row = listRow(this.#columns, json);
    if (row !== undefined) await this.#staged.write(Buffer.from(csvLine(row)));
  }

  end(): Promise<number> {
    return putBeside(this.#target, this.#staged, { ...this.#place, extension: '.csv' });
  }

  discard(): Promise<void> {
    return this.#staged.discard();
  }
}

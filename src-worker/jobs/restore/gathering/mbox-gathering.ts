/** The messages of a mail folder as one .mbox file. A message that turns out to be damaged leaves nothing in it. */
import { join } from 'node:path';
import type { CatalogItem } from '../../../catalog/catalog.ts';
import { mboxFromLine, MboxQuoter } from '../../../formats/mbox.ts';
import { timeOf } from '../item-names.ts';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { Pieces, StagedFile } from '../target/staged-file.ts';
import type { GatheringPlace } from './table-gathering.ts';

interface MboxPlace {
  readonly folderPath: string;
  readonly path: string;
  readonly wasThere: boolean;
  /** The file that was there stays, and all messages with it. */
  readonly isLeft: boolean;
}

export class MboxGathering {
  readonly #target: RestoreTarget;
  readonly #place: MboxPlace;
  /** Made with the first message: a folder without any gets no file. */
  #staged: StagedFile | undefined;

  private constructor(target: RestoreTarget, place: MboxPlace) {
    this.#target = target;
    this.#place = place;
  }

  static async open(
    target: RestoreTarget,
    { folderPath, name }: GatheringPlace,
    { isSkipping }: { isSkipping: boolean },
  ): Promise<MboxGathering> {
    const names = await target.namesIn(folderPath);
    const fileName = names.take(name, '.mbox');
    const wasThere = names.wasThere(fileName);
    const path = join(folderPath, fileName);
    return new MboxGathering(target, { folderPath, path, wasThere, isLeft: wasThere && isSkipping });
  }

  /** Answers the bytes that a message takes; undefined where the file that was there stays. */
  async add({ info, ...item }: CatalogItem, content: Pieces): Promise<number | undefined> {
    if (this.#place.isLeft) return undefined;
    this.#staged ??= await this.#target.stage(this.#place.folderPath);
    const staged = this.#staged;
    const fromBytes = staged.sizeBytes;
    try {
      await staged.write(mboxFromLine(senderOf(info), timeOf({ info, ...item })));
      const quoter = new MboxQuoter();
      for await (const piece of content) await staged.write(quoter.push(piece));
      await staged.write(quoter.end());
    } catch (error) {
      await staged.cutTo(fromBytes);
      throw error;
    }
    return staged.sizeBytes - fromBytes;
  }

  async end(): Promise<void> {
    if (this.#staged === undefined) return;
    const { path, wasThere } = this.#place;
    await this.#target.put(this.#staged, { path, wasThere, time: undefined });
  }

  async discard(): Promise<void> {
    await this.#staged?.discard();
  }
}

/** `Name <address>`, or the address alone. */
function senderOf({ from }: CatalogItem['info']): string | undefined {
  if (typeof from !== 'string') return undefined;
  return /<([^<>]*)>$/.exec(from)?.[1] ?? from;
}

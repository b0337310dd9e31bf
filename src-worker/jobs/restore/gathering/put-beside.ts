/** Puts a file that was made of several items into the folder of their collection. */
import { join } from 'node:path';
import type { RestoreTarget } from '../target/restore-target.ts';
import type { StagedFile } from '../target/staged-file.ts';

/** Answers the bytes of what was written: none where what was there before is to stay. */
export async function putBeside(
  target: RestoreTarget,
  staged: StagedFile,
  { folderPath, name, extension }: { folderPath: string; name: string; extension: string },
): Promise<number> {
  await target.makeFolder(folderPath);
  const names = await target.namesIn(folderPath);
  const fileName = names.take(name, extension);
  const place = { path: join(folderPath, fileName), wasThere: names.wasThere(fileName), time: undefined };
  return (await target.put(staged, place)) === 'written' ? staged.sizeBytes : 0;
}

/** What all drives of the organization have in common. */
import type { Directory } from '../directory/people.ts';
import type { Documents } from '../mail/documents.ts';
import type { ResolvedOptions } from '../options.ts';
import { FileBytes } from './file-bytes.ts';

/** What drives share. */
export interface DriveWorld {
  readonly seed: number;
  /** True for the sample: unusual names, notebooks, malware, older versions. */
  readonly isRich: boolean;
  readonly options: {
    readonly fileSizeBytes: number | undefined;
    readonly unreadableShare: number;
    readonly hashMissingShare: number;
    readonly unreadableVersionShare: number;
  };
  readonly directory: Directory;
  readonly documents: Documents;
  readonly bytes: FileBytes;
}

/** Resolves the options of drives for the profile. */
export function createDriveWorld(
  options: ResolvedOptions,
  directory: Directory,
  documents: Documents,
): DriveWorld {
  const { drives, seed, profile } = options;
  const isRich = profile === 'sample';
  return {
    seed,
    isRich,
    options: {
      fileSizeBytes: drives.fileSizeBytes,
      unreadableShare: drives.unreadableShare ?? (isRich ? 0.002 : 0),
      hashMissingShare: drives.hashMissingShare ?? (isRich ? 0.01 : 0),
      unreadableVersionShare: drives.unreadableVersionShare,
    },
    directory,
    documents,
    bytes: new FileBytes(seed, documents),
  };
}

/** What the drives of an account really hold: each drive, then its folders and files with hashes of their bytes. */
import type { Organization } from '../graph/graph-call.ts';
import { directShares } from './sharing.ts';
import type { Drive, ItemState } from './drive.ts';
import { drivesOf } from './drive-changes.ts';
import { idOfDrive, idOfItem, isoTime, libraryName } from './item-json.ts';

function itemLine(drive: Drive, state: ItemState) {
  const path = [...drive.ancestors(state), state].slice(1).map((one) => one.name);
  return {
    id: idOfItem(drive, state.number),
    driveId: idOfDrive(drive),
    parentId: idOfItem(drive, state.parent),
    path,
    name: state.name,
    directPermissions: directShares(drive, state),
  };
}

function fileLine(drive: Drive, state: ItemState) {
  const { bytes } = drive.world;
  const unreadable = drive.trouble(state);
  const count = drive.versionCount(state);
  const versions = Array.from({ length: count - state.purged }, (_, i) => {
    const version = state.purged + i + 1;
    const content = drive.content(state, version);
    return {
      id: `${version}.0`,
      sizeBytes: content.sizeBytes,
      sha256: bytes.sha256(content),
      unreadable: drive.versionTrouble(state, version),
    };
  });
  const content = drive.content(state);
  return {
    kind: 'file',
    ...itemLine(drive, state),
    sizeBytes: content.sizeBytes,
    // A file nobody can read has no bytes to compare.
    sha256: unreadable === null ? versions.at(-1)?.sha256 : null,
    unreadable,
    quickXorHash: bytes.quickXorHash(content),
    createdDateTime: isoTime(drive.createdMs(state)),
    lastModifiedDateTime: isoTime(drive.modifiedMs(state)),
    // Oldest first; the last one is the present content.
    versions,
  };
}

function* linesOf(organization: Organization, drive: Drive): Generator<object> {
  const isLocked = organization.drives.isLocked(drive);
  yield {
    kind: 'drive',
    id: idOfDrive(drive),
    rootId: idOfItem(drive, 0),
    name: libraryName(drive).shown,
    unreadable: isLocked ? 'resourceLocked' : null,
  };
  for (let cursor: number | null = 0; cursor !== null;) {
    const page: ReturnType<Drive['page']> = drive.page(cursor, 200);
    for (const state of page.items) {
      if (!state.isFolder) yield fileLine(drive, state);
      else if (state.number > 0)
        yield {
          kind: drive.plan.isNotebook(state.number) ? 'notebook' : 'folder',
          ...itemLine(drive, state),
        };
    }
    cursor = page.next;
  }
}

/** The truth about a person's OneDrive or a site's libraries. */
export function* driveTruth(organization: Organization, account: string): Generator<object> {
  for (const drive of drivesOf(organization, account)) yield* linesOf(organization, drive);
}

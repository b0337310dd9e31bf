/** The area `drive`: OneDrives of people and document libraries of sites. Accounts are people and sites. */
import type { Area } from '../graph/area.ts';
import type { Organization } from '../graph/graph-call.ts';
import { driveChanges, drivesOf } from './drive-changes.ts';
import { driveRoute } from './drive-routes.ts';
import { driveTruth } from './drive-truth.ts';
import type { Drive } from './drive.ts';

function* allDrives(organization: Organization): Generator<Drive> {
  const { sites, drives } = organization;
  for (const site of sites.all()) yield* drives.ofSite(site.number);
}

const drivesAsked = (organization: Organization, account: string | undefined): Drive[] =>
  account === undefined ? [...allDrives(organization)] : drivesOf(organization, account);

/** Deletes everything below the root. Returns how many items lay directly in it. */
function wipeDrive(drive: Drive): number {
  const children = drive.children(0);
  for (const { number } of children) drive.delete(number);
  return children.length;
}

/** Makes the area over the drives of an organization. */
export function createDriveArea(organization: Organization): Area {
  return {
    name: 'drive',
    route: (call) => driveRoute(organization, call),
    changes: driveChanges(organization),
    truth: (account) => driveTruth(organization, account),
    minimum: (account) => {
      const drives = drivesOf(organization, account).length;
      return drives === 0 ? 0 : 1 + drives;
    },
    wipe: (account) => drivesAsked(organization, account).reduce((sum, drive) => sum + wipeDrive(drive), 0),
    expireDelta: (account) => {
      for (const drive of drivesAsked(organization, account)) drive.book.tokenAge += 1;
    },
  };
}

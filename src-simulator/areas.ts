/** The areas of an organization beside mail, in the order in which paths are offered to them. */
import { createDriveArea } from './files/drive-area.ts';
import type { Area } from './graph/area.ts';
import type { Organization } from './graph/graph-call.ts';
import { createSiteArea } from './sites/site-area.ts';

const makers: readonly ((organization: Organization) => Area)[] = [createDriveArea, createSiteArea];

export function createAreas(organization: Organization): Area[] {
  return makers.map((make) => make(organization));
}

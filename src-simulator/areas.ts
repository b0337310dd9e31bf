/** The areas of an organization beside mail, in the order in which paths are offered to them. */
import { createCalendarArea } from './calendar/calendar-area.ts';
import { createContactsArea } from './contacts/contacts-area.ts';
import { createArchiveArea } from './export/archive-area.ts';
import { createExportArea } from './export/export-area.ts';
import { createDriveArea } from './files/drive-area.ts';
import { createPeopleArea } from './directory/people-area.ts';
import type { Area } from './graph/area.ts';
import type { Organization } from './graph/graph-call.ts';
import { createPlannerArea } from './planner/planner-area.ts';
import { createRegistrationArea } from './registration/registration-area.ts';
import { createChatArea } from './chats/chat-area.ts';
import { createGroupArea } from './groups/group-area.ts';
import { createThreadArea } from './groups/thread-area.ts';
import { createTeamArea } from './teams/team-area.ts';
import { createSettingsArea } from './settings/settings-area.ts';
import { createSiteArea } from './sites/site-area.ts';
import { createTasksArea } from './tasks/tasks-area.ts';

const makers: readonly ((organization: Organization) => Area)[] = [
  createPeopleArea,
  createCalendarArea,
  createContactsArea,
  createTasksArea,
  createSettingsArea,
  createExportArea,
  createArchiveArea,
  createTeamArea,
  createChatArea,
  createGroupArea,
  createThreadArea,
  createPlannerArea,
  createDriveArea,
  createSiteArea,
  createRegistrationArea,
];

export function createAreas(organization: Organization): Area[] {
  return makers.map((make) => make(organization));
}

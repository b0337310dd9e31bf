/** The workloads of this engine, in the order in which an account's are backed up. */
import type { ServiceName } from '../../../src-shared/model/service-name.ts';
import { calendarWorkload } from '../../workloads/calendar/calendar-workload.ts';
import { chatWorkload } from '../../workloads/chat/chat-workload.ts';
import { contactsWorkload } from '../../workloads/contacts/contacts-workload.ts';
import { conversationWorkload } from '../../workloads/conversation/conversation-workload.ts';
import { directoryWorkload } from '../../workloads/directory/directory-workload.ts';
import { driveWorkload } from '../../workloads/drive/drive-workload.ts';
import { mailWorkload } from '../../workloads/mail/mail-workload.ts';
import { archiveWorkload, mailboxExportWorkload } from '../../workloads/mailbox-export/export-workloads.ts';
import { plannerWorkload } from '../../workloads/planner/planner-workload.ts';
import { settingsWorkload } from '../../workloads/settings/settings-workload.ts';
import { siteWorkload } from '../../workloads/site/site-workload.ts';
import { tasksWorkload } from '../../workloads/tasks/tasks-workload.ts';
import { teamWorkload } from '../../workloads/team/team-workload.ts';
import type { Workload } from '../../workloads/workload.ts';

const byService: Readonly<Record<ServiceName, Workload>> = {
  directory: directoryWorkload,
  settings: settingsWorkload,
  contacts: contactsWorkload,
  calendar: calendarWorkload,
  tasks: tasksWorkload,
  mail: mailWorkload,
  chat: chatWorkload,
  team: teamWorkload,
  conversation: conversationWorkload,
  planner: plannerWorkload,
  site: siteWorkload,
  drive: driveWorkload,
  archive: archiveWorkload,
  'mailbox-export': mailboxExportWorkload,
};

export const workloads: readonly Workload[] = Object.values(byService);

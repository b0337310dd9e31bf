/** The workloads of this engine, in the order in which an account's are backed up. */
import type { ServiceName } from '../../../src-shared/model/service-name.ts';
import { calendarWorkload } from '../../workloads/calendar/calendar-workload.ts';
import { chatWorkload } from '../../workloads/chat/chat-workload.ts';
import { contactsWorkload } from '../../workloads/contacts/contacts-workload.ts';
import { driveWorkload } from '../../workloads/drive/drive-workload.ts';
import { mailWorkload } from '../../workloads/mail/mail-workload.ts';
import { archiveWorkload, mailboxExportWorkload } from '../../workloads/mailbox-export/export-workloads.ts';
import { settingsWorkload } from '../../workloads/settings/settings-workload.ts';
import { tasksWorkload } from '../../workloads/tasks/tasks-workload.ts';
import type { Workload } from '../../workloads/workload.ts';

const byService: Readonly<Record<ServiceName, Workload>> = {
  settings: settingsWorkload,
  contacts: contactsWorkload,
  calendar: calendarWorkload,
  tasks: tasksWorkload,
  mail: mailWorkload,
  chat: chatWorkload,
  drive: driveWorkload,
  archive: archiveWorkload,
  'mailbox-export': mailboxExportWorkload,
};

export const workloads: readonly Workload[] = Object.values(byService);

/**
 * From a path to an operation: cheap comparisons of segments, in the order of how often they are asked. A path that is
 * no operation of this organization gets Graph's own error.
 */
import type { Person } from '../directory/people.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import type { Answer } from '../http/answer.ts';
import { getAttachment, getAttachmentBytes, listAttachments } from './attachment-operations.ts';
import { routeIn, unknownSegment } from './cloud.ts';
import { mailWrite } from './mail-write-routes.ts';
import { findFolder, folderDelta, getFolder, listFolders, noSuchFolder } from './folder-operations.ts';
import { refuseMethod, type GraphCall, type Organization, type Route } from './graph-call.ts';
import { noMailbox, noSuchMailUser } from './mailbox-problems.ts';
import { messageDelta } from './message-delta.ts';
import { countMessages, getMessage, getMime, listMessages, refuseFolderMime } from './message-operations.ts';
import { countUsers, getOrganization, getUser, listUsers, noSuchUser } from './people-operations.ts';

interface MailPlace {
  organization: Organization;
  call: GraphCall;
  person: Person;
  mailbox: Mailbox;
}

/** Splits and decodes a path below the version; null when an escape is malformed. */
export function splitPath(path: string): string[] | null {
  const parts = path.split('/').filter((part) => part !== '');
  if (!path.includes('%')) return parts;
  try {
    return parts.map((part) => decodeURIComponent(part));
  } catch {
    return null;
  }
}

function directoryRoute(organization: Organization, call: GraphCall): Route | null {
  const [first, second] = call.segments;
  const base = { person: null, isMail: false };
  if (first === 'organization' && call.segments.length === 1) {
    return {
      ...base,
      operation: 'ListOrganization',
      role: 'Organization.Read.All',
      run: () => getOrganization(organization, call),
    };
  }
  if (first !== 'users') return null;
  if (call.segments.length === 1)
    return {
      ...base,
      operation: 'ListUsers',
      role: 'User.Read.All',
      run: () => listUsers(organization, call),
    };
  if (call.segments.length > 2 || second === undefined || second === 'delta') return null;
  if (second === '$count')
    return {
      ...base,
      operation: 'users.GetCount',
      role: 'User.Read.All',
      run: () => countUsers(organization, call),
    };
  const person = organization.directory.find(second);
  const run = () => (person ? getUser(organization, call, person) : noSuchUser(call, second));
  return { ...base, person, operation: 'GetUsers', role: 'User.Read.All', run };
}

type Found = readonly [operation: string, run: () => Answer];

function messageRoute(place: MailPlace, rest: readonly string[]): Found | null {
  const { organization, call, mailbox } = place;
  const [id, part, attachment, value] = rest;
  if (id === undefined)
    return [
      'users.ListMessages',
      () => listMessages(organization, call, { mailbox, folder: null, path: call.segments.join('/') }),
    ];
  const message = { mailbox, id };
  if (rest.length === 1) return ['users.GetMessages', () => getMessage(organization, call, message)];
  if (part === '$value' && rest.length === 2)
    return ['users.messages.GetValue', () => getMime(call, message)];
  if (part !== 'attachments') return null;
  if (attachment === undefined)
    return ['users.messages.ListAttachments', () => listAttachments(organization, call, message)];
  const named = { ...message, attachment };
  if (rest.length === 3)
    return ['users.messages.GetAttachments', () => getAttachment(organization, call, named)];
  return value === '$value'
    ? ['users.messages.attachments.GetValue', () => getAttachmentBytes(call, named)]
    : null;
}

function folderMessagesRoute(place: MailPlace, folderId: string, rest: readonly string[]): Found | null {
  const { organization, call, mailbox } = place;
  const [id, part] = rest;
  const path = call.segments.map((segment) => encodeURIComponent(segment)).join('/');
  const inFolder = (run: (folder: number) => Answer) => () => {
    const folder = findFolder(mailbox, folderId);
    return folder ? run(folder.number) : noSuchFolder(call);
  };
  if (id === 'delta' || id === 'delta()') {
    return [
      'users.mailFolders.messages.delta',
      inFolder((folder) => messageDelta(organization, call, { mailbox, folder, path })),
    ];
  }
  if (id === undefined)
    return [
      'users.mailFolders.ListMessages',
      inFolder((folder) => listMessages(organization, call, { mailbox, folder, path })),
    ];
  if (id === '$count')
    return [
      'users.mailFolders.messages.GetCount',
      inFolder((folder) => countMessages(call, { mailbox, folder })),
    ];
  if (rest.length === 1)
    return ['users.mailFolders.GetMessages', () => getMessage(organization, call, { mailbox, id })];
  if (part === '$value') return ['users.mailFolders.messages.GetValue', () => refuseFolderMime(call)];
  if (part === 'attachments' && rest.length === 2)
    return [
      'users.mailFolders.messages.ListAttachments',
      () => listAttachments(organization, call, { mailbox, id }),
    ];
  return null;
}

function folderRoute(place: MailPlace, rest: readonly string[]): Found | null {
  const { organization, call, mailbox } = place;
  const [id, part, ...more] = rest;
  const path = call.segments.map((segment) => encodeURIComponent(segment)).join('/');
  if (id === undefined)
    return ['users.ListMailFolders', () => listFolders(organization, call, { mailbox, parent: 0, path })];
  if (id === 'delta' || id === 'delta()')
    return ['users.mailFolders.delta', () => folderDelta(organization, call, { mailbox, path })];
  if (part === undefined)
    return ['users.GetMailFolders', () => getFolder(organization, call, { mailbox, id })];
  if (part === 'messages') return folderMessagesRoute(place, id, more);
  if (part !== 'childFolders' || more.length > 0) return null;
  const run = () => {
    const parent = findFolder(mailbox, id);
    return parent
      ? listFolders(organization, call, { mailbox, parent: parent.number, path })
      : noSuchFolder(call);
  };
  return ['users.mailFolders.ListChildFolders', run];
}

/** The operation that reads; whoever comes to it in order to write is refused. */
function mailRead(place: MailPlace, area: string, rest: readonly string[]): Found | null {
  const found = area === 'messages' ? messageRoute(place, rest) : folderRoute(place, rest);
  const { call } = place;
  return found && call.method !== 'GET' ? [found[0], () => refuseMethod(call)] : found;
}

/** What mail asks of a caller; null for a path that is none of mail's. */
function mailRole({ method, segments }: GraphCall): string | null {
  const [first, , area] = segments;
  if (first !== 'users') return null;
  if (area === 'sendMail') return segments.length === 3 && method === 'POST' ? 'Mail.Send' : null;
  if (area !== 'messages' && area !== 'mailFolders') return null;
  return method === 'GET' ? 'Mail.Read' : 'Mail.ReadWrite';
}

function mailRoute(organization: Organization, call: GraphCall): Route | null {
  const [, user = '', area = '', ...rest] = call.segments;
  const role = mailRole(call);
  if (role === null) return null;
  const person = organization.directory.find(user);
  if (!person) {
    const missing = () => noSuchMailUser(call, user);
    return { operation: `users.${area}`, role, person: null, isMail: false, run: missing };
  }
  const base = { role, person, isMail: true };
  if (person.mailbox !== 'cloud')
    return { ...base, operation: `users.${area}`, run: () => noMailbox(call, person) };
  const place: MailPlace = { organization, call, person, mailbox: organization.mail.mailbox(person.number) };
  const written = call.method === 'GET' ? null : mailWrite(place, area, rest);
  const found = written ?? mailRead(place, area, rest);
  return found && { ...base, operation: found[0], run: found[1] };
}

function areaRoute(organization: Organization, call: GraphCall): Route | null {
  for (const area of organization.areas) {
    const route = area.route(call);
    if (route) return route;
  }
  return null;
}

/** The operation of a call, as far as the organization's cloud has it. */
export function routeOf(organization: Organization, call: GraphCall): Route {
  return routeIn(organization.options.cloud, call, anyRoute(organization, call));
}

/** Users are read only: what changes them goes through /control. */
function anyRoute(organization: Organization, call: GraphCall): Route {
  const beside = areaRoute(organization, call) ?? mailRoute(organization, call);
  if (beside) return beside;
  const route = directoryRoute(organization, call);
  if (!route)
    return {
      operation: 'unknown',
      role: null,
      person: null,
      isMail: false,
      run: () => unknownSegment(call),
    };
  if (call.method === 'GET') return route;
  return { ...route, run: () => refuseMethod(call) };
}

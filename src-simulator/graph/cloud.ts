/**
 * What the Graph of a national cloud lacks (graph facts, section 10): its metadata has neither the operation nor the
 * word for it. Of a path's last word, Graph then either says that it knows no such segment, or takes it for an id.
 */
import { badRequest, graphError, type GraphCall, type Route } from './graph-call.ts';
import type { Answer } from '../http/answer.ts';
import type { Cloud } from '../options.ts';

/** Operations, or with a dot at the end all that begin so. */
const lacking: Readonly<Record<Cloud, readonly string[]>> = {
  global: [],
  'us-government': [
    'users.settings.GetExchange',
    'admin.exchange.',
    'users.messages.permanentDelete',
    'users.events.permanentDelete',
    'users.contacts.permanentDelete',
    'users.messages.attachments.createUploadSession',
    'users.events.attachments.createUploadSession',
  ],
  china: [
    'users.mailFolders.delta',
    'users.mailFolders.messages.delta',
    'users.contacts.delta',
    'users.contactFolders.delta',
    'users.contactFolders.contacts.delta',
    'users.mailFolders.ListMessageRules',
    'users.outlook.ListMasterCategories',
    'users.todo.',
    'groups.planner.',
    'planner.',
    'users.settings.GetExchange',
    'admin.exchange.',
    'users.messages.permanentDelete',
    'users.events.permanentDelete',
    'users.contacts.permanentDelete',
  ],
};

/** Below a collection of mail, a word that is no function reads as the id of an entity. */
const takenForIds: ReadonlySet<string> = new Set([
  'users.mailFolders.delta',
  'users.mailFolders.messages.delta',
]);

/** The route as the cloud has it. */
export function routeIn(cloud: Cloud, call: GraphCall, route: Route): Route {
  const { operation } = route;
  const isLacking = lacking[cloud].some((name) =>
    name.endsWith('.') ? operation.startsWith(name) : operation === name,
  );
  if (!isLacking) return route;
  const run = takenForIds.has(operation)
    ? () => graphError(call, 400, { code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' })
    : () => unknownSegment(call);
  return { ...route, run };
}

export const unknownSegment = (call: GraphCall): Answer =>
  badRequest(call, `Resource not found for the segment '${call.segments.at(-1) ?? ''}'.`);

/** How SharePoint and OneDrive say no. */
import type { Answer } from '../http/answer.ts';
import { graphError, type GraphCall } from './graph-call.ts';

/** 404 of what is not there. */
export const itemNotFound = (call: GraphCall): Answer =>
  graphError(call, 404, { code: 'itemNotFound', message: 'The resource could not be found.' });

/** 400 of an organization without SharePoint. */
export const noSharePoint = (call: GraphCall): Answer =>
  graphError(call, 400, { code: 'BadRequest', message: 'Tenant does not have a SPO license.' });

/** 423 of a site that nobody may touch. */
export const resourceLocked = (call: GraphCall): Answer =>
  graphError(call, 423, {
    code: 'resourceLocked',
    message:
      'Access to this site has been blocked. Please contact the administrator to resolve this problem.',
  });

/** 400 of a call that makes no sense. */
export const invalidRequest = (call: GraphCall, message: string): Answer =>
  graphError(call, 400, { code: 'invalidRequest', message });

/** 400 of a name in $select or $expand. */
export const unknownProperty = (call: GraphCall, name: string, type: string): Answer =>
  invalidRequest(
    call,
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type 'microsoft.graph.${type}'.`,
  );

/** 405 of a method that no operation has. */
export const methodNotAllowed = (call: GraphCall): Answer =>
  graphError(call, 405, {
    code: 'notAllowed',
    message: `The method ${call.method} is not allowed for this resource.`,
  });

/** A delta token that is no longer good: enumerate afresh. The two codes come in turns by `turn`. */
export function resyncRequired(call: GraphCall, freshUrl: string, turn: number): Answer {
  return graphError(call, 410, {
    code: turn % 2 === 0 ? 'resyncChangesApplyDifferences' : 'resyncChangesUploadDifferences',
    message: 'Resync required. Replace any local items with the server version.',
    location: freshUrl,
  });
}

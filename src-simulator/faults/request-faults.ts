/** Faults that take the place of an answer, and the choice of how the answer is damaged on its way. */
import type { Answer } from '../http/answer.ts';
import type { Damage } from '../http/delivery.ts';
import { expiredAnswer } from '../graph/delta-token.ts';
import { graphError, type GraphCall, type Organization, type Route } from '../graph/graph-call.ts';
import { itemNotFound } from '../graph/sharepoint-problems.ts';
import type { FaultKind, FaultPlan } from './fault-plan.ts';
import { hasShape, oddlyShaped } from './odd-shape.ts';

interface Hit {
  organization: Organization;
  call: GraphCall;
  route: Route;
  key: string;
}

const isDeltaRound = (call: GraphCall) => call.query.has('deltatoken');
const isItemCall = (route: Route) =>
  route.about === 'item' ||
  route.operation.startsWith('users.messages.') ||
  route.operation === 'users.GetMessages';
const isFolderCall = (route: Route) =>
  route.about === 'container' || route.operation.startsWith('users.mailFolders.messages.');

function folderGone(call: GraphCall, plan: FaultPlan): Answer {
  return plan.countOf('folderGone') % 2 === 1
    ? graphError(call, 404, {
        code: 'ErrorItemNotFound',
        message: 'The specified folder could not be found in the store.',
      })
    : graphError(call, 404, {
        code: 'ErrorSyncFolderNotFound',
        message: 'The folder to synchronize could not be found.',
      });
}

const activityLimit = { code: 'activityLimitReached', message: 'The request has been throttled.' };
const mailboxLimit = {
  code: 'ApplicationThrottled',
  message: 'Application is over its MailboxConcurrency limit.',
};

/** An answer some fault gives instead of the operation's own, or null. */
export function faultAnswer(hit: Hit): Answer | null {
  const { organization, call, route, key } = hit;
  const { faults } = organization;
  const strikes = (kind: FaultKind, isEligible = true) => isEligible && faults.strikes(kind, key);
  const { retryAfterSeconds } = faults.options;
  if (strikes('throttle429')) {
    return graphError(call, 429, {
      ...(route.units ? activityLimit : mailboxLimit),
      retryAfterSeconds,
    });
  }
  if (strikes('unavailable503')) {
    const wait = faults.countOf('unavailable503') % 2 === 0 ? { retryAfterSeconds } : {};
    return graphError(call, 503, {
      code: 'serviceNotAvailable',
      message: 'The service is temporarily unavailable.',
      ...wait,
    });
  }
  if (strikes('gatewayTimeout504'))
    return graphError(call, 504, {
      code: 'UnknownError',
      message: 'The gateway did not get an answer in time.',
    });
  if (strikes('serverError500'))
    return graphError(call, 500, {
      code: 'ErrorInternalServerError',
      message: 'An internal server error occurred. The operation failed.',
    });
  if (strikes('deltaExpired', isDeltaRound(call) && !route.units))
    return expiredAnswer(organization, call, call.segments.map(encodeURIComponent).join('/'));
  return thingGone(hit);
}

/** 404 of something that is there, or null. */
function thingGone({ organization: { faults }, call, route, key }: Hit): Answer | null {
  const isStruck = (kind: FaultKind, isEligible: boolean) => isEligible && faults.strikes(kind, key);
  if (isStruck('folderGone', isFolderCall(route)))
    return route.units ? itemNotFound(call) : folderGone(call, faults);
  if (!isStruck('itemGone', isItemCall(route))) return null;
  return route.units ? itemNotFound(call) : messageGone(call);
}

const messageGone = (call: GraphCall): Answer =>
  graphError(call, 404, {
    code: 'ErrorItemNotFound',
    message: 'The specified object was not found in the store.',
  });

/** The answer in another shape than promised where that fault strikes, otherwise the very same. */
export function reshaped(faults: FaultPlan, key: string, answer: Answer): Answer {
  if (!hasShape(answer) || !faults.strikes('oddShape', key)) return answer;
  return oddlyShaped(answer, faults.countOf('oddShape'));
}

/** How the answer is damaged on its way, if at all. */
export function chooseDamage(faults: FaultPlan, key: string, answer: Answer): Damage {
  if (faults.strikes('connectionReset', key)) return 'connectionReset';
  if (faults.strikes('stalledBody', key)) return 'stalledBody';
  if (faults.strikes('truncatedBody', key)) return 'truncatedBody';
  if (typeof answer.body === 'string' && faults.strikes('invalidJson', key)) return 'invalidJson';
  return faults.strikes('chunkedResponse') ? 'chunkedResponse' : null;
}

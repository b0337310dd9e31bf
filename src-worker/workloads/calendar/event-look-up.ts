/** Looks events up by id. An event does not say which calendar it is in, so that is asked for with it. */
import { requireShape } from '../../graph/json-body.ts';
import { graphPath, withQuery } from '../../graph/paths.ts';
import { lookUpInBatches } from '../look-up.ts';
import type { AccountScope, LookedUpItem } from '../workload.ts';
import { describeEvent, eventFields, eventSchema } from './event.ts';

export function lookUpEvents(scope: AccountScope, ids: readonly string[]): AsyncIterable<LookedUpItem> {
  return lookUpInBatches(scope, ids, {
    pathOf: (id) =>
      withQuery(graphPath`/users/${scope.accountId}/events/${id}`, {
        $select: eventFields,
        $expand: 'calendar',
      }),
    describe: (event) => describeEvent(event, requireShape(eventSchema, event).calendar?.id ?? ''),
  });
}

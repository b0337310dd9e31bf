/** Planner: the plans of Outlook groups and teams with their buckets and tasks. Comments are conversations of the group. */
import type { Workload } from '../workload.ts';
import { findPlans, planChanges } from './plans.ts';
import { fetchItem, lookUpItems } from './read-items.ts';

export const plannerWorkload: Workload = {
  name: 'planner',
  accountKinds: ['group'],
  listsEverything: () => true,
  // A run lists all plans of its group before it asks for anything of them, so a plan that it does not know is another
  // group's, or is deleted and its tasks are still answered for a while.
  isLeftOut: () => Promise.resolve(true),
  collections: findPlans,
  changes: planChanges,
  lookUp: lookUpItems,
  fetch: fetchItem,
};

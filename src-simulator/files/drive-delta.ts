/**
 * GET /drives/{id}/root/delta: the whole tree first, then what changed. A changed item comes with the folders above
 * it unless the caller asked not to; folders' new names are told of the folders only.
 */
import type { Answer } from '../http/answer.ts';
import { headerOf, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { prefers, treeDelta, type DeltaSource } from '../graph/tree-delta.ts';
import { unknownProperty } from '../graph/sharepoint-problems.ts';
import { selectedNames } from '../graph/query-options.ts';
import type { Drive, ItemState } from './drive.ts';
import { driveNumber } from './drive-ids.ts';
import { itemJson, unknownItemName } from './item-json.ts';
import { idOfDrive } from './item-json.ts';

/** An item with every folder above it, each the same object each time, so that a page tells it once. */
function withAncestors(drive: Drive, isAlone: boolean): (entry: number) => ItemState[] {
  const met = new Map<number, ItemState>();
  const once = (state: ItemState): ItemState => {
    const known = met.get(state.number) ?? state;
    met.set(state.number, known);
    return known;
  };
  return (entry) => {
    const state = drive.item(entry);
    if (!state) return [];
    const isGone = !drive.isReachable(state);
    // What lay in a folder all the time goes with it without a line; what changed since, as by moving in, has one.
    if (isGone) return [once({ ...state, isDeleted: true })];
    const above = isAlone ? [] : drive.ancestors(state);
    return [...above, state].map(once);
  };
}

/** One page of the delta of a drive. */
export function driveDelta(organization: Organization, call: GraphCall, drive: Drive): Answer {
  const names = selectedNames(call);
  const wrong = unknownItemName(names);
  if (wrong !== undefined) return unknownProperty(call, wrong, 'driveItem');
  const isAlone = headerOf(call, 'deltaexcludeparent') !== '';
  const source: DeltaSource<ItemState> = {
    of: driveNumber(drive.ref) % 1_000_003,
    book: drive.book,
    path: `drives/${encodeURIComponent(idOfDrive(drive))}/root`,
    context: 'Collection(driveItem)',
    options: ['expand'],
    isQuietShown: prefers(call, 'deltashowsharingchanges'),
    enumerate: (cursor, limit) => {
      const { items, next } = drive.page(cursor, limit);
      return { entries: items, next };
    },
    changed: withAncestors(drive, isAlone),
    toJson: (state, { select, expand }) =>
      itemJson({ organization, drive, state, isDelta: true }, select, expand),
  };
  return treeDelta(organization, call, source);
}

/** From a method and the address of an item to an operation that writes to a drive. */
import type { Answer } from '../http/answer.ts';
import { itemNotFound } from '../graph/sharepoint-problems.ts';
import { findByPath, findItem } from './drive-operations.ts';
import {
  childNamed,
  createFolder,
  createSession,
  deleteItem,
  putContent,
  updateItem,
  type Target,
  type WritePlace,
} from './drive-writes.ts';
import type { ItemState } from './drive.ts';
import { createLink, invite } from './sharing-writes.ts';

/** What addresses an item: `root` or an id, and perhaps a path below it. */
interface Address {
  readonly from: string;
  readonly path: readonly string[] | null;
  readonly rest: readonly string[];
}

type AtItem = (place: WritePlace, state: ItemState) => Answer;
type AtTarget = (place: WritePlace, target: Target) => Answer;

const itemActs: Readonly<Record<string, readonly [name: string, act: AtItem]>> = {
  PATCH: ['Update', updateItem],
  DELETE: ['Delete', deleteItem],
  'POST children': ['CreateChildren', createFolder],
  'POST invite': ['invite', invite],
  'POST createLink': ['createLink', createLink],
};
const targetActs: Readonly<Record<string, readonly [name: string, act: AtTarget]>> = {
  'PUT content': ['SetContent', putContent],
  'POST createUploadSession': ['createUploadSession', createSession],
};

/** Resource units of whatever has to do with permissions. */
const sharingCost = 5;

function stateAt({ drive }: WritePlace, { from, path }: Address): ItemState | null {
  const start = findItem(drive, from);
  return start && path ? findByPath(drive, start, path) : start;
}

/** Where a file is to be: the one that an id names, or a name in a folder that is there. */
function targetAt(place: WritePlace, address: Address): Target | null {
  const { drive } = place;
  const { path } = address;
  const name = path?.at(-1);
  if (!path || name === undefined) {
    const state = stateAt(place, address);
    const parent = state && drive.item(state.parent);
    return state && parent ? { parent, name: state.name, state } : null;
  }
  const parent = stateAt(place, { ...address, path: path.slice(0, -1) });
  return parent?.isFolder === true ? { parent, name, state: childNamed(place, parent, name) } : null;
}

/** The operation that writes, its cost in resource units and what it does; null where there is none. */
export function driveWrite(
  place: WritePlace,
  address: Address,
): readonly [operation: string, cost: number, run: () => Answer] | null {
  const { call } = place;
  const isPath = address.path !== null;
  const area = address.from === 'root' ? 'drives.root' : 'drives.items';
  const suffix = isPath ? 'ByPath' : '';
  const words = [call.method, ...address.rest].join(' ');
  const [itemName, onItem] = itemActs[words] ?? [];
  if (itemName !== undefined && onItem) {
    const run = () => {
      const state = stateAt(place, address);
      return state ? onItem(place, state) : itemNotFound(call);
    };
    const cost = onItem === invite || onItem === createLink ? sharingCost : 2;
    return [`${area}.${itemName}${suffix}`, cost, run];
  }
  const [targetName, onTarget] = targetActs[words] ?? [];
  if (targetName === undefined || !onTarget) return null;
  const run = () => {
    const target = targetAt(place, address);
    return target ? onTarget(place, target) : itemNotFound(call);
  };
  return [`${area}.${targetName}${suffix}`, 2, run];
}

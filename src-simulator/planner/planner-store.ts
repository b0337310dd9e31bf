/**
 * Plans of Planner: which a group has, their buckets and tasks, as planned from the seed and over the plan what changed.
 * A plan is found by its id alone, so the id carries the group. Security groups have none.
 */
import { ChangeBook } from '../change-book.ts';
import { mix, shareOf } from '../chance.ts';
import type { Group, GroupStore } from '../groups/group-store.ts';
import { pack, unpack } from '../mail/ids.ts';
import type { ResolvedOptions } from '../options.ts';
import { ItemBox, type ContainerState, type ItemState } from '../outlook/item-box.ts';

export interface PlanState {
  /** Group and place in one number: the entry of the change book. */
  readonly entry: number;
  readonly title: string;
  /** Grows when the plan itself is edited. */
  readonly version: number;
  /** Grows when its details are. */
  readonly detailEdits: number;
  readonly isDeleted: boolean;
  /** Number of the change that made it; 0 for a planned one. */
  readonly createdAt: number;
}

/** A plan with its group and what it holds: containers are buckets, items are tasks, marks are edits of their details. */
export interface Plan {
  readonly group: Group;
  readonly state: PlanState;
  readonly box: ItemBox;
  /** True where no application may read it, although the group lists it. */
  readonly isDenied: boolean;
}

/** A task or a bucket and the plan that it is in. */
export interface Placed<State> {
  readonly plan: Plan;
  readonly state: State;
}

const areaSeed = 0x91_a7;
/** Plans of one group: what is left of an entry below the group's number. */
const placesOfGroup = 4_096;
const samplePlans = 3;
const sampleTasks = 45;
const tasksOfNewPlan = 3;
/** Ids of Planner are 28 letters long. */
const prefixes = { plan: 'xqQg', bucket: 'gcrY', task: '01gz' } as const;
const marks = { plan: 0x91a, bucket: 0xb0c, task: 0x7a5 } as const;
type Kind = keyof typeof prefixes;

const titles = ['Umzug Halle 4 🚚', 'Lancement Lyon', '品質管理', 'Onboarding', 'Messe Hannover'];
const bucketNames = ['To do', 'In Arbeit', 'Bloqué 🚧', '完了'];

export class PlannerStore {
  readonly seed: number;
  readonly #groups: GroupStore;
  readonly #options: ResolvedOptions['planner'];
  readonly #isSample: boolean;
  readonly #book = new ChangeBook<PlanState>();
  /** Plans given out so far by groups that got new ones. */
  readonly #sizes = new Map<number, number>();
  readonly #boxes = new Map<number, ItemBox>();

  constructor({ seed, planner, profile }: ResolvedOptions, groups: GroupStore) {
    this.seed = mix(seed, areaSeed);
    this.#groups = groups;
    this.#options = planner;
    this.#isSample = profile === 'sample';
  }

  plans(group: Group): Plan[] {
    const entries = Array.from({ length: this.#size(group) }, (_, i) => group.number * placesOfGroup + i);
    return entries.flatMap((entry) => this.#plan(group, entry) ?? []);
  }

  create(group: Group): Plan {
    const place = this.#size(group);
    this.#sizes.set(group.number, place + 1);
    const entry = group.number * placesOfGroup + place;
    this.#book.put(entry, (createdAt) => ({
      ...this.#planned(entry),
      title: `Neuer Plan ${place + 1}`,
      createdAt,
    }));
    return this.#plan(group, entry) as Plan;
  }

  change(
    { state }: Plan,
    change: Partial<Pick<PlanState, 'title' | 'version' | 'detailEdits' | 'isDeleted'>>,
  ): void {
    this.#book.put(state.entry, () => ({ ...state, ...change }));
  }

  planId({ state }: Plan): string {
    return this.#idOf('plan', state.entry, 0);
  }

  bucketId({ state }: Plan, bucket: number): string {
    return this.#idOf('bucket', state.entry, bucket);
  }

  taskId({ state }: Plan, task: number): string {
    return this.#idOf('task', state.entry, task);
  }

  findPlan(id: string): Plan | null {
    const [entry] = this.#read('plan', id) ?? [];
    return entry === undefined ? null : this.#planOf(entry);
  }

  findBucket(id: string): Placed<ContainerState> | null {
    const found = this.#inPlan('bucket', id);
    const state = found && found.number > 0 ? found.plan.box.container(found.number) : null;
    return found && state && { plan: found.plan, state };
  }

  findTask(id: string): Placed<ItemState> | null {
    const found = this.#inPlan('task', id, this.#options.keepsTasksOfDeletedPlans);
    const state = found?.plan.box.item(found.number);
    return found && state && !state.isDeleted ? { plan: found.plan, state } : null;
  }

  /** Tasks of a plan, those of its first bucket first. */
  tasks({ box }: Plan): ItemState[] {
    return box.containers().flatMap(({ number }) => box.items(number));
  }

  #size({ number, kind }: Group): number {
    if (kind === 'security') return 0;
    const planned =
      this.#options.plansPerGroup ?? (this.#isSample ? mix(this.seed, number) % samplePlans : 0);
    return this.#sizes.get(number) ?? planned;
  }

  #planOf(entry: number, isDeletedToo = false): Plan | null {
    const number = Math.floor(entry / placesOfGroup);
    if (number >= this.#groups.size || this.#groups.isDeleted(number)) return null;
    const group = this.#groups.group(number);
    return entry % placesOfGroup < this.#size(group) ? this.#plan(group, entry, isDeletedToo) : null;
  }

  #plan(group: Group, entry: number, isDeletedToo = false): Plan | null {
    const state = this.#book.get(entry) ?? this.#planned(entry);
    const isDenied = shareOf(mix(this.seed, entry, 3)) < this.#options.deniedShare;
    return state.isDeleted && !isDeletedToo ? null : { group, state, isDenied, box: this.#box(state) };
  }

  #planned(entry: number): PlanState {
    const title = titles[mix(this.seed, entry, 1) % titles.length] ?? '';
    return { entry, title, version: 0, detailEdits: 0, isDeleted: false, createdAt: 0 };
  }

  #box({ entry, createdAt }: PlanState): ItemBox {
    const known = this.#boxes.get(entry);
    if (known) return known;
    const usual = this.#options.tasksPerPlan ?? mix(this.seed, entry, 2) % sampleTasks;
    const buckets = createdAt === 0 ? bucketNames : bucketNames.slice(0, 1);
    const plan = [
      { parent: -1, name: '', weight: 0 },
      ...buckets.map((name, index) => ({ parent: 0, name, weight: buckets.length - index })),
    ];
    const box = new ItemBox(this.seed, entry, { plan, items: createdAt === 0 ? usual : tasksOfNewPlan });
    this.#boxes.set(entry, box);
    return box;
  }

  #idOf(kind: Kind, entry: number, number: number): string {
    return prefixes[kind] + pack(this.seed, [entry, number, marks[kind]]);
  }

  #read(kind: Kind, id: string): readonly [entry: number, number: number] | null {
    const parts = id.startsWith(prefixes[kind]) ? unpack(this.seed, id.slice(prefixes[kind].length)) : null;
    return parts?.[2] === marks[kind] ? [parts[0], parts[1]] : null;
  }

  #inPlan(kind: Kind, id: string, isDeletedToo = false): { plan: Plan; number: number } | null {
    const [entry, number] = this.#read(kind, id) ?? [];
    const plan = entry === undefined ? null : this.#planOf(entry, isDeletedToo);
    return plan && number !== undefined ? { plan, number } : null;
  }
}

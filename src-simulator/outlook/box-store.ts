/** The boxes of one area: those that changed are kept, the others are made when asked for and forgotten. */
import { Dice, logNormal, mix, shareOf } from '../chance.ts';
import type { Person } from '../directory/people.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { OutlookAreaOptions } from '../options.ts';
import { ItemBox, type PlannedContainer } from './item-box.ts';

const keptUnchanged = 256;
const defaultUnreadableShare = 0.01;

/** How an area's boxes begin. */
export interface BoxPlan {
  /** Seed of the area's ids and content. */
  readonly seed: number;
  readonly options: OutlookAreaOptions;
  /** Items of a person of the sample, about. */
  readonly median: number;
  readonly containers: (person: Person) => readonly PlannedContainer[];
}

export class BoxStore {
  readonly seed: number;
  readonly organization: Organization;
  readonly #plan: BoxPlan;
  readonly #unreadableShare: number;
  readonly #changed = new Map<number, ItemBox>();
  readonly #recent = new Map<number, ItemBox>();
  readonly #ages = new Map<number, number>();
  #ageOfAll = 0;

  constructor(organization: Organization, plan: BoxPlan) {
    this.seed = plan.seed;
    this.organization = organization;
    this.#plan = plan;
    this.#unreadableShare =
      plan.options.unreadableShare ??
      (organization.options.profile === 'sample' ? defaultUnreadableShare : 0);
  }

  box(person: Person): ItemBox {
    const known = this.#changed.get(person.number) ?? this.#recent.get(person.number);
    if (known) return known;
    if (this.#recent.size >= keptUnchanged) this.#sweep();
    const start = { plan: this.#plan.containers(person), items: this.#itemCount(person) };
    const box = new ItemBox(this.seed, person.number, start);
    this.#recent.set(person.number, box);
    return box;
  }

  /** The box of an account that has a mailbox here, or null. */
  boxOf(account: string): ItemBox | null {
    const person = this.organization.directory.find(account);
    return person?.mailbox === 'cloud' ? this.box(person) : null;
  }

  /** Requests that no backup can do without: one for the list of containers, one for what changed in each. */
  containersAndTheirList(account: string): number {
    const box = this.boxOf(account);
    return box ? 1 + box.containers().length : 0;
  }

  /** Delta tokens of another age are expired. */
  ageOf(box: ItemBox): number {
    return this.#ageOfAll + (this.#ages.get(box.mailbox) ?? 0);
  }

  expireDelta(account: string | undefined): void {
    const person = account === undefined ? null : this.organization.directory.find(account);
    if (account === undefined) this.#ageOfAll += 1;
    else if (person) this.#ages.set(person.number, (this.#ages.get(person.number) ?? 0) + 1);
  }

  /** True for the items that can never be read. */
  isUnreadable(box: ItemBox, item: number): boolean {
    if (box.writings.get(item)?.isWhole === true) return false;
    return shareOf(mix(mix(this.seed, 701), box.mailbox, item)) < this.#unreadableShare;
  }

  #sweep(): void {
    for (const [number, box] of this.#recent) if (box.changeCount > 0) this.#changed.set(number, box);
    this.#recent.clear();
  }

  #itemCount(person: Person): number {
    const { options, median } = this.#plan;
    if (options.itemsPerUser !== undefined) return options.itemsPerUser;
    if (this.organization.options.profile !== 'sample') return 0;
    if (person.purpose !== 'user') return Math.round(median / 4);
    const dice = new Dice(mix(this.seed, 950, person.number));
    return Math.min(8 * median, Math.round(logNormal(median, 0.6, dice)));
  }
}

/**
 * Changes of Planner: of tasks, of their details alone, of buckets and of plans. What is told of one: `group`, `plan`
 * and, where it is about one, `item` or `bucket`.
 */
import type { Dice } from '../chance.ts';
import { pickItem } from '../outlook/box-changes.ts';
import type { ItemState } from '../outlook/item-box.ts';
import type { Plan, PlannerStore } from './planner-store.ts';

type Told = Readonly<Record<string, unknown>>;

/** A plan that something happens to. */
export interface PlanScene {
  readonly store: PlannerStore;
  readonly plan: Plan;
  readonly dice: Dice;
}

const detailEdits = ['described', 'checked', 'referenced'];

const tellPlan = ({ store, plan }: PlanScene): Told => ({ group: plan.group.id, plan: store.planId(plan) });

function withTask(change: (scene: PlanScene, state: ItemState) => boolean) {
  return (scene: PlanScene): Told | null => {
    const { store, plan, dice } = scene;
    const state = pickItem({ box: plan.box, dice }, () => true);
    if (!state || !change(scene, state)) return null;
    return { ...tellPlan(scene), item: store.taskId(plan, state.number) };
  };
}

function withBucket(change: (scene: PlanScene, bucket: number) => void) {
  return (scene: PlanScene): Told | null => {
    const { store, plan, dice } = scene;
    const buckets = plan.box.containers();
    if (buckets.length === 0) return null;
    const { number } = dice.pick(buckets);
    change(scene, number);
    return { ...tellPlan(scene), bucket: store.bucketId(plan, number) };
  };
}

function move({ plan: { box }, dice }: PlanScene, { number, container }: ItemState): boolean {
  const others = box.containers().filter((one) => one.number !== container);
  if (others.length === 0) return false;
  box.changeItem(number, { container: dice.pick(others).number });
  return true;
}

/** Changes of one plan, by kind; null where it has nothing suitable. */
export const planChanges: Readonly<Record<string, (scene: PlanScene) => Told | null>> = {
  created: (scene) => {
    const { store, plan, dice } = scene;
    const buckets = plan.box.containers();
    if (buckets.length === 0) return null;
    const { number } = plan.box.createItem(dice.pick(buckets).number);
    return { ...tellPlan(scene), item: store.taskId(plan, number) };
  },
  edited: withTask(({ plan }, { number, version }) => {
    plan.box.changeItem(number, { version: version + 1 });
    return true;
  }),
  detailsEdited: withTask(({ plan, dice }, { number, marks }) => {
    plan.box.changeItem(number, { marks: [...marks, dice.pick(detailEdits)] });
    return true;
  }),
  moved: withTask(move),
  deleted: withTask(({ plan }, { number }) => {
    plan.box.changeItem(number, { isDeleted: true });
    return true;
  }),
  bucketsCreated: (scene) => {
    const { store, plan } = scene;
    const { number } = plan.box.createContainer(0, `Neuer Bucket ${plan.box.containerCount}`);
    return { ...tellPlan(scene), bucket: store.bucketId(plan, number) };
  },
  bucketsRenamed: withBucket(({ plan, dice }, bucket) =>
    plan.box.renameContainer(bucket, `Bucket (${dice.below(1_000)})`),
  ),
  bucketsDeleted: withBucket(({ plan }, bucket) => plan.box.deleteContainer(bucket)),
  categoriesNamed: (scene) => {
    scene.store.change(scene.plan, { detailEdits: scene.plan.state.detailEdits + 1 });
    return tellPlan(scene);
  },
  containersRenamed: (scene) => {
    const { title, version } = scene.plan.state;
    const renamed = `${title.slice(0, 40)} (${scene.dice.below(1_000)})`;
    scene.store.change(scene.plan, { title: renamed, version: version + 1 });
    return tellPlan(scene);
  },
  containersDeleted: (scene) => {
    scene.store.change(scene.plan, { isDeleted: true });
    return tellPlan(scene);
  },
};

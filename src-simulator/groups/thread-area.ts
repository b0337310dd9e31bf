/** Conversations of groups: paths, changes, truth. */
import type { Dice } from '../chance.ts';
import type { MessageState } from '../conversations/conversation.ts';
import type { Area } from '../graph/area.ts';
import { refuseMethod, type GraphCall, type Organization, type Route } from '../graph/graph-call.ts';
import { canonicalHash } from '../outlook/canonical.ts';
import { noSuchGroup } from './group-operations.ts';
import { postJson, threadJson, type ThreadPlace } from './thread-operations.ts';
import { threadOperation } from './thread-routes.ts';
import { ThreadStore } from './thread-store.ts';

type Told = Readonly<Record<string, unknown>>;
type ThreadChange = (place: ThreadPlace, dice: Dice) => Told | null;

function route(store: ThreadStore, organization: Organization, call: GraphCall): Route | null {
  const [first, id = '', word, ...rest] = call.segments;
  if (first !== 'groups' || word !== 'threads') return null;
  const base = { role: 'Group-Conversation.Read.All', person: null, isMail: false };
  const group = organization.groups.find(id);
  if (!group) return { ...base, operation: 'groups.ListThreads', run: () => noSuchGroup(call, id) };
  const found = threadOperation({ organization, store, group }, call, rest);
  return found && { ...base, ...found, run: call.method === 'GET' ? found.run : () => refuseMethod(call) };
}

const told = ({ store, group }: ThreadPlace, thread: MessageState, post: MessageState): Told => ({
  group: group.id,
  container: store.threadId(group, thread.number),
  item: store.postId(group, post.number),
});

function pickThread({ store, group }: ThreadPlace, dice: Dice): MessageState | null {
  const threads = store.threads(group);
  return threads.length === 0 ? null : dice.pick(threads);
}

const changes: Readonly<Record<string, ThreadChange>> = {
  created: (place) => {
    const thread = place.store.conversation(place.group).create(-1);
    return told(place, thread, thread);
  },
  replied: (place, dice) => {
    const thread = pickThread(place, dice);
    return thread && told(place, thread, place.store.conversation(place.group).create(thread.number));
  },
  deleted: (place, dice) => {
    const thread = pickThread(place, dice);
    if (!thread) return null;
    place.store.conversation(place.group).change(thread.number, { isDeleted: true });
    return told(place, thread, thread);
  },
};

/** A line about each thread and one about each post; nobody can read the attachments of posts without a person. */
function* truthOf(place: ThreadPlace): Generator<object> {
  const { store, group } = place;
  for (const thread of store.threads(group)) {
    const json = threadJson(place, thread);
    const id = store.threadId(group, thread.number);
    yield { kind: 'thread', id, displayName: json['topic'], sha256: canonicalHash(json) };
    for (const post of store.posts(group, thread)) {
      const sha256 = canonicalHash(postJson(place, thread, post));
      yield { kind: 'post', id: store.postId(group, post.number), containerId: id, sha256 };
    }
  }
}

/** The area `thread`. `user` of changes and truth is the id of a group. Threads have no delta. */
export function createThreadArea(organization: Organization): Area {
  const store = new ThreadStore(organization.options);
  const { groups } = organization;
  const placeOf = (dice: Dice, account: string | undefined): ThreadPlace | null => {
    const all = groups.all();
    const group = account === undefined && all.length > 0 ? dice.pick(all) : groups.find(account ?? '');
    return group && group.kind !== 'security' ? { organization, store, group } : null;
  };
  const applied = Object.entries(changes).map(([kind, change]) => [
    kind,
    (dice: Dice, account: string | undefined) => {
      const place = placeOf(dice, account);
      return place && change(place, dice);
    },
  ]);
  return {
    name: 'thread',
    route: (call) => route(store, organization, call),
    changes: Object.fromEntries(applied) as Area['changes'],
    *truth(account) {
      const group = groups.find(account);
      if (group) yield* truthOf({ organization, store, group });
    },
    minimum: () => 0,
    // Threads have no delta, so the first page of their list is the least; a new post moves its thread there.
    withoutDelta: (account) => {
      const group = groups.find(account);
      return group && group.kind !== 'security' ? 1 : 0;
    },
    expireDelta: () => undefined,
  };
}

/** Operations on the threads and posts of a group. Attachments of posts are never given to an application. */
import { mix } from '../chance.ts';
import type { Person } from '../directory/people.ts';
import { pageAnswer, entityAnswer } from '../conversations/page-answer.ts';
import { graphError, notFound, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { refuseOptions, selectedNames } from '../graph/query-options.ts';
import type { Answer } from '../http/answer.ts';
import { decodedText } from '../mail/text-blocks.ts';
import { vocabularies } from '../mail/vocabulary.ts';
import type { MessageState } from '../conversations/conversation.ts';
import { badSelect, selectFrom, type Json } from '../outlook/answers.ts';
import type { Group } from './group-store.ts';
import type { ThreadStore } from './thread-store.ts';

/** The threads of one group. */
export interface ThreadPlace {
  readonly organization: Organization;
  readonly store: ThreadStore;
  readonly group: Group;
}

const pages = { fallback: 20, maximum: 999 };
const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const lifeOf = ({ store, group }: ThreadPlace, { number }: MessageState) =>
  mix(mix(store.seed, group.number), number, 1);

function authorOf(place: ThreadPlace, post: MessageState): Person {
  const { groups, directory } = place.organization;
  const { people } = groups.planned(place.group.number);
  return directory.person(people[lifeOf(place, post) % Math.max(1, people.length)] ?? 0);
}

const hasAttachment = (place: ThreadPlace, post: MessageState) => lifeOf(place, post) % 5 === 0;

const topicOf = (place: ThreadPlace, thread: MessageState): string => {
  const { subjects } = vocabularies[authorOf(place, thread).language];
  return `${subjects[lifeOf(place, thread) % subjects.length] ?? ''} ${thread.number}`;
};

export function postJson(place: ThreadPlace, thread: MessageState, post: MessageState): Json {
  const { store, group } = place;
  const { mailAddress, language } = authorOf(place, post);
  const time = iso(store.conversation(group).createdMs(post));
  const life = lifeOf(place, post);
  const from = { emailAddress: { name: mailAddress.name, address: mailAddress.address } };
  const text = decodedText({ language, form: 'html' }, life, 2 + (life % 9));
  return {
    '@odata.etag': `W/"${life.toString(36)}"`,
    id: store.postId(group, post.number),
    createdDateTime: time,
    lastModifiedDateTime: time,
    changeKey: life.toString(36),
    categories: [],
    receivedDateTime: time,
    hasAttachments: hasAttachment(place, post),
    body: { contentType: 'html', content: `<html><body>${text}</body></html>` },
    from,
    sender: from,
    conversationThreadId: store.threadId(group, thread.number),
    newParticipants: [],
  };
}

export function threadJson(place: ThreadPlace, thread: MessageState): Json {
  const { organization, store, group } = place;
  const posts = store.posts(group, thread);
  const last = posts.at(-1) ?? thread;
  const mail = `${group.mailNickname}@${organization.directory.domain}`;
  return {
    id: store.threadId(group, thread.number),
    topic: topicOf(place, thread),
    hasAttachments: posts.some((post) => hasAttachment(place, post)),
    lastDeliveredDateTime: iso(store.conversation(group).createdMs(last)),
    uniqueSenders: [...new Set(posts.map((post) => authorOf(place, post).displayName))],
    preview: topicOf(place, thread),
    isLocked: false,
    ccRecipients: [],
    toRecipients: [{ emailAddress: { name: group.displayName, address: mail } }],
  };
}

const badName = (call: GraphCall, json: Json | undefined, type: string) =>
  badSelect(call, (name) => json === undefined || Object.hasOwn(json, name), type);

export function listThreads(place: ThreadPlace, call: GraphCall): Answer {
  const { organization, store, group } = place;
  const rows = store.threads(group);
  const [first] = rows;
  const refusal =
    refuseOptions(call, ['select', 'top', 'skiptoken']) ??
    badName(call, first && threadJson(place, first), 'conversationThread');
  if (refusal) return refusal;
  return pageAnswer(organization, call, {
    context: `groups('${group.id}')/threads`,
    rows,
    sizes: pages,
    toJson: (thread) => selectFrom(threadJson(place, thread), selectedNames(call)),
  });
}

export function getThread(place: ThreadPlace, call: GraphCall, thread: MessageState): Answer {
  const json = threadJson(place, thread);
  const refusal = refuseOptions(call, ['select']) ?? badName(call, json, 'conversationThread');
  if (refusal) return refusal;
  const context = `groups('${place.group.id}')/threads/$entity`;
  return entityAnswer(place.organization, context, selectFrom(json, selectedNames(call)));
}

export function listPosts(place: ThreadPlace, call: GraphCall, thread: MessageState): Answer {
  const refusal =
    refuseOptions(call, ['select', 'top', 'skiptoken']) ??
    badName(call, postJson(place, thread, thread), 'post');
  if (refusal) return refusal;
  return pageAnswer(place.organization, call, {
    context: `groups('${place.group.id}')/threads/posts`,
    rows: place.store.posts(place.group, thread),
    sizes: pages,
    toJson: (post) => selectFrom(postJson(place, thread, post), selectedNames(call)),
  });
}

export function getPost(
  place: ThreadPlace,
  call: GraphCall,
  { thread, id }: { thread: MessageState; id: string },
): Answer {
  const post = place.store.findPost(place.group, thread, id);
  if (!post) return notFound(call);
  const json = postJson(place, thread, post);
  const refusal = refuseOptions(call, ['select']) ?? badName(call, json, 'post');
  if (refusal) return refusal;
  const context = `groups('${place.group.id}')/threads/posts/$entity`;
  return entityAnswer(place.organization, context, selectFrom(json, selectedNames(call)));
}

/** Only a person may read attachments of posts (operations.md). */
export const refuseAttachments = (call: GraphCall): Answer =>
  graphError(call, 403, {
    code: 'ErrorAccessDenied',
    message: 'Access is denied. Check credentials and try again.',
  });

/** Messages of channels and chats as Graph shows them: text, mentions, reactions, files, pictures, system messages. */
import { mix } from '../chance.ts';
import type { Person } from '../directory/people.ts';
import { headerOf, type GraphCall, type Organization } from '../graph/graph-call.ts';
import { firstLogo, logoCount } from '../mail/documents.ts';
import { decodedText } from '../mail/text-blocks.ts';
import { vocabularies } from '../mail/vocabulary.ts';
import type { Json } from '../outlook/answers.ts';
import { objectIdOf } from '../directory/object-id.ts';
import { changeMs, type Conversation, type MessageState } from './conversation.ts';

/** Where messages are: a channel or a chat, with what all of its messages have in common. */
export interface ConversationPlace {
  readonly organization: Organization;
  readonly conversation: Conversation;
  /** Path below the version, such as `teams/{id}/channels/{id}`. */
  readonly path: string;
  readonly channel: { readonly teamId: string; readonly channelId: string } | null;
  readonly chatId: string | null;
  /** Numbers of the people who write here, whoever comes or goes: what was said is not said by another. */
  readonly people: readonly number[];
  /** Address of the folder with its files. */
  readonly filesUrl: string;
  /** Null where there is no delta. */
  readonly delta: DeltaState | null;
}

/** What the delta of a channel's posts goes by. */
export interface DeltaState {
  /** Tokens of another age are expired. */
  readonly age: number;
  /** Number of the latest change. */
  readonly now: number;
  readonly channel: number;
}

export interface MessageView {
  readonly place: ConversationPlace;
  readonly state: MessageState;
}

const editDelayMs = 95_000;
const attachmentKind = 71;
const emoji = ['👍', '❤️', '😆', '😮'];
/** Links to pictures carry the public name of Graph, whichever host serves them. */
const publicRoot = 'https://graph.microsoft.com/v1.0';

const iso = (ms: number) => new Date(ms).toISOString();

/** Values that came after `unknownFutureValue` show only to callers who say that they know such values. */
export const evolvable = (call: GraphCall | null, value: string): string =>
  call === null || /include-unknown-enum-members/i.test(headerOf(call, 'prefer'))
    ? value
    : 'unknownFutureValue';

const lifeOf = ({ place, state }: MessageView) => mix(place.conversation.plan.seed, 41, state.number);

export function isSystem(view: MessageView): boolean {
  return view.state.event !== null || (view.state.parent < 0 && lifeOf(view) % 23 === 0);
}

const isEmpty = (view: MessageView) => view.state.isDeleted || isSystem(view);

function authorOf(view: MessageView): Person {
  const { people, organization } = view.place;
  return organization.directory.person(people[lifeOf(view) % Math.max(1, people.length)] ?? 0);
}

const userIdentity = (person: Person, isNamed = true): Json => ({
  application: null,
  device: null,
  user: {
    '@odata.type': '#microsoft.graph.teamworkUserIdentity',
    id: person.id,
    displayName: isNamed ? person.displayName : null,
    userIdentityType: 'aadUser',
  },
});

const isPlannedEdit = (view: MessageView) => lifeOf(view) % 17 === 0;

export function modifiedMs({ place, state }: MessageView): number {
  if (state.changedAt > 0) return changeMs(state.changedAt);
  const created = place.conversation.createdMs(state);
  const isTouched = state.isDeleted || isPlannedEdit({ place, state });
  return isTouched ? created + editDelayMs : created;
}

/** Numbers of the pictures inside a message. */
export function picturesOf(view: MessageView): number[] {
  const hash = lifeOf(view);
  if (isEmpty(view) || hash % 8 !== 3) return [];
  const count = hash % 5 === 0 ? 2 : 1;
  return Array.from({ length: count }, (_, i) => firstLogo + (mix(hash, 42, i) % logoCount));
}

/** The id of the picture at a position of a message. */
export function pictureId(view: MessageView, position: number): string {
  const name = mix(lifeOf(view), 43, position).toString(16).padStart(8, '0');
  const source = `https://eu-api.asm.skype.com/v1/objects/0-weu-d3-${name}/views/imgo`;
  return Buffer.from(`id=x_0-weu-d3-${name},type=1,url=${source}`).toString('base64');
}

/** Path of a message below the version. */
export function messagePath({ place, state }: MessageView): string {
  const { conversation, path } = place;
  const parent = state.parent < 0 ? null : conversation.message(state.parent);
  const own = conversation.idOf(state);
  return parent ? `${path}/messages/${conversation.idOf(parent)}/replies/${own}` : `${path}/messages/${own}`;
}

interface Attachment {
  readonly id: string;
  readonly json: Json;
}

function attachmentsOf(view: MessageView): Attachment[] {
  const hash = lifeOf(view);
  if (isEmpty(view)) return [];
  const id = objectIdOf(hash, attachmentKind, 1);
  const blank = { id, content: null, contentUrl: null, name: null, thumbnailUrl: null, teamsAppId: null };
  if (hash % 9 === 2) {
    const { documents } = view.place.organization.mail.world;
    const { name } = documents.describe(documents.choose((hash >>> 8) / 0x1000000));
    const contentUrl = `${view.place.filesUrl}/${encodeURIComponent(name)}`;
    return [{ id, json: { ...blank, contentType: 'reference', contentUrl, name } }];
  }
  if (!isAnnouncement(view)) return [];
  const content = JSON.stringify({
    title: subjectOf(view),
    cardImageType: 'colorTheme',
    cardImageDetails: 'orange',
  });
  return [{ id, json: { ...blank, contentType: 'messageCard/announcementBanner', content } }];
}

const isAnnouncement = (view: MessageView) =>
  view.place.channel !== null && view.state.parent < 0 && lifeOf(view) % 19 === 4;

function subjectOf(view: MessageView): string | null {
  if (view.place.channel === null || view.state.parent >= 0 || isEmpty(view)) return null;
  const hash = lifeOf(view);
  if (hash % 3 !== 0 && !isAnnouncement(view)) return null;
  const { subjects } = vocabularies[authorOf(view).language];
  return subjects[(hash >>> 5) % subjects.length] ?? null;
}

function mentionsOf(view: MessageView): { text: string; json: Json }[] {
  const hash = lifeOf(view);
  if (isEmpty(view) || hash % 6 !== 1) return [];
  const { people, organization } = view.place;
  const person = organization.directory.person(people[(hash >>> 4) % Math.max(1, people.length)] ?? 0);
  const mentioned = { ...userIdentity(person), conversation: null };
  return [
    {
      text: `<at id="0">${person.displayName}</at>`,
      json: { id: 0, mentionText: person.displayName, mentioned },
    },
  ];
}

function bodyOf(view: MessageView): Json {
  if (view.state.isDeleted) return { contentType: 'html', content: '' };
  if (isSystem(view)) return { contentType: 'html', content: '<systemEventMessage/>' };
  const hash = mix(lifeOf(view), view.state.version);
  const { language } = authorOf(view);
  const isPlain = lifeOf(view) % 4 === 0 && picturesOf(view).length + attachmentsOf(view).length === 0;
  const form = isPlain ? 'plain' : 'html';
  const text = decodedText({ language, form }, hash, 1 + (hash % 5));
  if (isPlain && mentionsOf(view).length === 0) return { contentType: 'text', content: text };
  const mentions = mentionsOf(view).map((mention) => `${mention.text}&nbsp;`);
  const pictures = picturesOf(view).map(
    (_, i) =>
      `<img src="${publicRoot}/${messagePath(view)}/hostedContents/${pictureId(view, i)}/$value" width="320" height="180" itemid="${i}">`,
  );
  const files = attachmentsOf(view).map(({ id }) => `<attachment id="${id}"></attachment>`);
  const content = `<div>${[...mentions, text, ...pictures].join('')}</div>${files.join('')}`;
  return { contentType: 'html', content };
}

function reactionsOf(view: MessageView): Json[] {
  if (isEmpty(view)) return [];
  const hash = lifeOf(view);
  const count = (hash % 4 === 2 ? 1 + (hash % 3) : 0) + view.state.reactions;
  const { people, organization } = view.place;
  return Array.from({ length: count }, (_, i) => ({
    reactionType: emoji[mix(hash, 44, i) % emoji.length],
    displayName: null,
    reactionContentUrl: null,
    createdDateTime: iso(view.place.conversation.createdMs(view.state) + (i + 1) * 60_000),
    user: userIdentity(organization.directory.person(people[i % Math.max(1, people.length)] ?? 0), false),
  }));
}

function eventOf(view: MessageView): Json | null {
  if (!isSystem(view) || view.state.isDeleted) return null;
  const initiator = userIdentity(authorOf(view), false);
  const { channel, chatId, people, organization } = view.place;
  const { event } = view.state;
  if (event?.kind === 'renamed')
    return channel
      ? {
          '@odata.type': '#microsoft.graph.channelRenamedEventMessageDetail',
          channelId: channel.channelId,
          channelDisplayName: event.name,
          initiator,
        }
      : {
          '@odata.type': '#microsoft.graph.chatRenamedEventMessageDetail',
          chatId,
          chatDisplayName: event.name,
          initiator,
        };
  const member = organization.directory.person(event?.person ?? people.at(-1) ?? 0);
  return {
    '@odata.type': '#microsoft.graph.membersAddedEventMessageDetail',
    visibleHistoryStartDateTime: '0001-01-01T00:00:00Z',
    members: [{ id: member.id, displayName: null, userIdentityType: 'aadUser' }],
    initiator,
  };
}

/** Times of a message, all null but those that apply. */
function timesOf(view: MessageView): Json {
  const { place, state } = view;
  const modified = iso(modifiedMs(view));
  const isEdited = state.version > 0 || (state.changedAt === 0 && isPlannedEdit(view));
  return {
    createdDateTime: iso(place.conversation.createdMs(state)),
    lastModifiedDateTime: modified,
    lastEditedDateTime: isEdited && !isEmpty(view) ? modified : null,
    deletedDateTime: state.isDeleted ? modified : null,
  };
}

function webUrlOf({ place, state }: MessageView): string | null {
  if (!place.channel) return null;
  const channel = encodeURIComponent(place.channel.channelId);
  return `https://teams.microsoft.com/l/message/${channel}/${place.conversation.idOf(state)}`;
}

function parentId({ place, state }: MessageView): string | null {
  const parent = place.conversation.message(state.parent);
  return parent && place.conversation.idOf(parent);
}

/** A message; without a call, as a caller sees it who knows all values of enumerations. */
export function messageJson(view: MessageView, call: GraphCall | null): Json {
  const { place, state } = view;
  return {
    id: place.conversation.idOf(state),
    replyToId: parentId(view),
    etag: String(modifiedMs(view)),
    messageType: isSystem(view) ? evolvable(call, 'systemEventMessage') : 'message',
    ...timesOf(view),
    subject: subjectOf(view),
    summary: null,
    chatId: place.chatId,
    importance: lifeOf(view) % 41 === 0 ? 'high' : 'normal',
    locale: 'en-us',
    webUrl: webUrlOf(view),
    policyViolation: null,
    eventDetail: eventOf(view),
    from: isSystem(view) || state.isDeleted ? null : userIdentity(authorOf(view)),
    body: bodyOf(view),
    channelIdentity: place.channel,
    attachments: attachmentsOf(view).map(({ json }) => json),
    mentions: mentionsOf(view).map(({ json }) => json),
    reactions: reactionsOf(view),
  };
}

/** Replies to a post, the oldest first. */
export const repliesOf = ({ place, state }: MessageView): MessageView[] =>
  place.conversation.replies(state.number).map((reply) => ({ place, state: reply }));

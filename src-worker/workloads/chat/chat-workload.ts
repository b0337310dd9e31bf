/** All chats of one person, as the backup sees them. */
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import { isTakenBack } from '../teams-messages.ts';
import type { AccountScope, ItemHead, LookedUpItem, Workload } from '../workload.ts';
import { describeChatMessage, fetchChatMessage, readChatMessage, splitMessageKey } from './chat-message.ts';
import { describeChat, readChat } from './chat.ts';
import { findChats } from './chats.ts';
import { chatChanges } from './message-changes.ts';

async function headOf(scope: AccountScope, key: string): Promise<ItemHead | undefined> {
  const [chat, message] = splitMessageKey(key);
  if (message === undefined) return describeChat(await readChat(scope, chat, 'item'), scope);
  const raw = await readChatMessage(scope, chat, message);
  return isTakenBack(raw) ? undefined : describeChatMessage(chat, raw);
}

async function* lookUp(scope: AccountScope, keys: readonly string[]): AsyncIterable<LookedUpItem> {
  for (const id of keys)
    yield await headOf(scope, id).then(
      (head) => ({ id, head }),
      (error: unknown) => (isAppError(error, 'item-gone') ? { id } : { id, error }),
    );
}

export const chatWorkload: Workload = {
  name: 'chat',
  accountKinds: ['user'],
  collections: findChats,
  changes: chatChanges,
  lookUp,

  async fetch(scope, key) {
    const [chat, message] = splitMessageKey(key);
    if (message !== undefined) return fetchChatMessage(scope, chat, message);
    const { content } = describeChat(await readChat(scope, chat, 'item'), scope);
    if (content === undefined) throw new Error('a chat is described with its content');
    return content;
  },
};

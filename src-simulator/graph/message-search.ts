/** Messages by the value of one property: written ones by their index, planned ones by what their ids tell. */
import { messageTags } from '../mail/written-message.ts';
import type { Mailbox, MessageState } from '../mail/mailbox.ts';

/** The number of the planned message with such an internetMessageId, as those are made; -1 for none. */
const plannedNumber = (messageId: string): number =>
  Number(/^<[0-9a-f]+\.\d+\.(\d+)@/.exec(messageId)?.[1] ?? -1);

function plannedWith(mailbox: Mailbox, messageId: string): number[] {
  const original = plannedNumber(messageId);
  if (original < 0) return [];
  const copies = [...mailbox.written.copies()].filter(
    (number) => mailbox.written.origin(number)?.number === original,
  );
  return [original, ...copies].filter((number) => {
    const state = mailbox.message(number);
    const isPlanned = state !== null && mailbox.written.content(number) === null;
    return isPlanned && mailbox.describe(state).internetMessageId === messageId;
  });
}

/** Messages of a folder, or of all that a person sees, with this value of an extended property; by number. */
export function messagesWith(
  mailbox: Mailbox,
  folder: number | null,
  { id, value }: { id: string; value: string },
): MessageState[] {
  const numbers = mailbox.written.withProperty(id, value);
  if (id === messageTags.messageId) numbers.push(...plannedWith(mailbox, value));
  return numbers
    .flatMap((number) => mailbox.message(number) ?? [])
    .filter((state) => !state.isDeleted && mailbox.folder(state.folder) !== null)
    .filter((state) => (folder === null ? !mailbox.isRecoverable(state.folder) : state.folder === folder));
}

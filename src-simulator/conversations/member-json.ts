/** Members of teams, channels and chats as Graph shows them. */
import type { Organization } from '../graph/graph-call.ts';
import type { Json } from '../outlook/answers.ts';

const always = '0001-01-01T00:00:00Z';

/** The member with a person's number in the conversation `place`. */
export function memberJson(
  { directory, applications }: Organization,
  place: string,
  { person, isOwner }: { person: number; isOwner: boolean },
): Json {
  const { id, displayName, userPrincipalName } = directory.person(person);
  return {
    '@odata.type': '#microsoft.graph.aadUserConversationMember',
    id: Buffer.from(`${place}##${id}`).toString('base64'),
    roles: isOwner ? ['owner'] : [],
    displayName,
    visibleHistoryStartDateTime: always,
    userId: id,
    email: userPrincipalName,
    tenantId: applications.tenantId,
  };
}

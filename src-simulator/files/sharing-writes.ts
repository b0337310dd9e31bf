/** Sharing items: with people by invitation, with whoever has a link. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Person } from '../directory/people.ts';
import { graphError } from '../graph/graph-call.ts';
import { entityAnswer } from '../graph/paged-collection.ts';
import { jsonText, type Answer } from '../http/answer.ts';
import { withBody } from '../writes/request-shape.ts';
import type { WritePlace } from './drive-writes.ts';
import type { ItemState } from './drive.ts';
import { userIdentity } from './sharing.ts';

const inviteSchema = z.object({
  recipients: z
    .array(z.object({ email: z.string().optional(), objectId: z.string().optional() }))
    .min(1)
    .max(100),
  roles: z.array(z.enum(['read', 'write'])).length(1),
  requireSignIn: z.boolean().optional(),
  sendInvitation: z.boolean().optional(),
  retainInheritedPermissions: z.boolean().optional(),
  message: z.string().nullish(),
});
const linkSchema = z.object({
  type: z.enum(['view', 'edit']),
  scope: z.enum(['anonymous', 'organization', 'users']).optional(),
  expirationDateTime: z.iso.datetime({ offset: true }).nullish(),
  retainInheritedPermissions: z.boolean().nullish(),
});

/** Keeps permissions given to an item, as a change that only some deltas tell. */
function grant({ drive }: WritePlace, state: ItemState, permissions: readonly object[]): void {
  drive.grants.set(state.number, [...(drive.grants.get(state.number) ?? []), ...permissions]);
  drive.change(state.number, { shares: state.shares });
}

/** POST invite. Whoever is told of it by mail is counted. */
export const invite = (place: WritePlace, state: ItemState): Answer =>
  withBody(place.call, inviteSchema, ({ recipients, roles, sendInvitation = false }) => {
    const { organization, call } = place;
    const { directory, tallies } = organization;
    const people = recipients.map(({ email, objectId }) => directory.find(objectId ?? email ?? ''));
    const known = people.filter((person): person is Person => person !== null);
    if (known.length < people.length)
      return graphError(call, 400, { code: 'noResolvedUsers', message: 'No users could be resolved.' });
    if (sendInvitation) tallies.mails += known.length;
    const value = known.map((person) => {
      const user = userIdentity(person);
      const siteUser = { ...user, loginName: `i:0#.f|membership|${user.email}` };
      return { id: randomUUID(), roles, grantedToV2: { user, siteUser }, grantedTo: { user } };
    });
    grant(place, state, value);
    const context = `${organization.origin()}/v1.0/$metadata#Collection(permission)`;
    return jsonText(JSON.stringify({ '@odata.context': context, value }));
  });

/** POST createLink. */
export const createLink = (place: WritePlace, state: ItemState): Answer =>
  withBody(place.call, linkSchema, ({ type, scope = 'organization', expirationDateTime }) => {
    const { organization } = place;
    const id = randomUUID();
    const permission = {
      id,
      roles: [type === 'view' ? 'read' : 'write'],
      shareId: `u!${id}`,
      hasPassword: false,
      ...(expirationDateTime ? { expirationDateTime } : {}),
      grantedToIdentitiesV2: [],
      link: { scope, type, webUrl: `${organization.origin()}/:x:/s/${id}`, preventsDownload: false },
    };
    grant(place, state, [permission]);
    return { ...entityAnswer(organization, 'permission', permission), status: 201 };
  });

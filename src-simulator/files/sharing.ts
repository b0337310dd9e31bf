/** Who may see an item: what it inherits, and what was shared of it directly. */
import { mix } from '../chance.ts';
import type { Organization } from '../graph/graph-call.ts';
import type { Person } from '../directory/people.ts';
import type { Drive, ItemState } from './drive.ts';
import { driveIdOf, itemIdOf } from './drive-ids.ts';

const sharedOneIn = 11;
const mostShares = 3;

/** Direct permissions of an item, planned ones and those that clients gave. */
export const directShares = (drive: Drive, state: ItemState): number =>
  plannedShares(drive, state) + (drive.grants.get(state.number)?.length ?? 0);

function plannedShares(drive: Drive, state: ItemState): number {
  if (state.number === 0) return 0;
  const atStart = drive.hashOf(state.number) % sharedOneIn === 0 ? 1 : 0;
  return (atStart + state.shares) % mostShares;
}

/** A person as SharePoint names people. */
export const userIdentity = (person: Person) => ({
  email: person.userPrincipalName,
  id: person.id,
  displayName: person.displayName,
});

/** Who owns a drive: the person, or for a library the first colleague who looks after the site. */
export const ownerOf = ({ world, ref }: Drive): Person =>
  world.directory.person(ref.kind === 'person' ? ref.owner : ref.owner % world.directory.size);

/** The `shared` facet; undefined for what is not shared. */
export function sharedFacet(drive: Drive, state: ItemState): object | undefined {
  const count = directShares(drive, state);
  if (count === 0) return undefined;
  const owner = { user: userIdentity(ownerOf(drive)) };
  return { scope: shareKind(drive, state, 0).scope, owner };
}

const kinds = [
  { scope: 'organization', type: 'view', roles: ['read'] },
  { scope: 'anonymous', type: 'view', roles: ['read'] },
  { scope: 'users', type: 'edit', roles: ['write'] },
] as const;

const shareKind = (drive: Drive, state: ItemState, place: number) =>
  kinds[mix(drive.hashOf(state.number), 741, place) % kinds.length] as (typeof kinds)[number];

function directPermission(organization: Organization, at: { drive: Drive; state: ItemState; place: number }) {
  const { drive, state, place } = at;
  const { directory } = drive.world;
  const hash = mix(drive.hashOf(state.number), 742, place);
  const kind = shareKind(drive, state, place);
  const id = Buffer.from(`grant ${hash} ${place}`).toString('base64url');
  const person = directory.person(hash % directory.size);
  const user = userIdentity(person);
  const grant = { user, siteUser: { ...user, loginName: `i:0#.f|membership|${user.email}` } };
  if (kind.scope === 'users') return { id, roles: kind.roles, grantedToV2: grant, grantedTo: { user } };
  return {
    id,
    roles: kind.roles,
    shareId: `u!${id}`,
    hasPassword: kind.scope === 'anonymous' && hash % 5 === 0,
    ...(kind.scope === 'anonymous' ? { expirationDateTime: '2027-03-31T22:00:00Z' } : {}),
    grantedToIdentitiesV2: [],
    link: {
      scope: kind.scope,
      type: kind.type,
      webUrl: `${organization.origin()}/:x:/s/${id}`,
      preventsDownload: false,
    },
  };
}

/** All permissions of an item; inherited ones name the root they come from. */
export function permissionsOf(organization: Organization, drive: Drive, state: ItemState): object[] {
  const { seed } = drive.world;
  const driveId = driveIdOf(seed, drive.ref);
  const inheritedFrom =
    state.number === 0
      ? {}
      : { inheritedFrom: { driveId, id: itemIdOf(seed, drive.ref, 0), path: `/drives/${driveId}/root:` } };
  const owner = userIdentity(ownerOf(drive));
  const groups = drive.ref.kind === 'person' ? [] : (['Owners', 'Members', 'Visitors'] as const);
  const groupRoles = { Owners: 'owner', Members: 'write', Visitors: 'read' } as const;
  return [
    ...(drive.ref.kind === 'person'
      ? [{ id: 'b3duZXI', roles: ['owner'], grantedToV2: { user: owner }, grantedTo: { user: owner } }]
      : []),
    ...groups.map((group, i) => ({
      id: Buffer.from(`group ${group}`).toString('base64url'),
      roles: [groupRoles[group]],
      grantedToV2: { siteGroup: { displayName: group, id: String(3 + i), loginName: group } },
    })),
  ]
    .map((permission): object => ({ ...permission, ...inheritedFrom }))
    .concat(
      Array.from({ length: plannedShares(drive, state) }, (_, place) =>
        directPermission(organization, { drive, state, place }),
      ),
      drive.grants.get(state.number) ?? [],
    );
}

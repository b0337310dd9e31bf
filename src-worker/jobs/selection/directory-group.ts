/** Groups as the directory tells of them: found by name, listed once a run, taken apart into their members. */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { GroupType } from '../../../src-shared/model/account-choice.ts';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import { graphPath } from '../../graph/paths.ts';
import { directoryPageSize, userFields, userSchema, type GraphUser } from './directory-user.ts';
import { normal, unknownName, type Gathering, type KnownDirectory } from './selected-account.ts';

export const groupFields =
  'id,displayName,mail,groupTypes,mailEnabled,securityEnabled,resourceProvisioningOptions';

const text = z.string().nullish().catch(undefined);
const words = z.array(z.string()).nullish().catch(undefined);

export const groupSchema = z.object({
  id: z.string().min(1).max(128),
  displayName: text,
  mail: text,
  groupTypes: words,
  mailEnabled: z.boolean().nullish().catch(undefined),
  securityEnabled: z.boolean().nullish().catch(undefined),
  resourceProvisioningOptions: words,
});
export type GraphGroup = z.infer<typeof groupSchema>;

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** More than any organization puts into one group; what is larger is a fault of somebody's. */
const mostMembers = 500_000;

export const hasTeam = ({ resourceProvisioningOptions }: GraphGroup): boolean =>
  resourceProvisioningOptions?.includes('Team') === true;

/** Only these have a mailbox, a site and perhaps a team. */
export const isOutlookGroup = ({ groupTypes }: GraphGroup): boolean =>
  groupTypes?.includes('Unified') === true;

export function groupTypeOf(group: GraphGroup): GroupType {
  if (hasTeam(group)) return 'team';
  if (isOutlookGroup(group)) return 'outlook-group';
  if (group.mailEnabled !== true) return 'security-group';
  return group.securityEnabled === true ? 'mail-security-group' : 'distribution-list';
}

export function groupRow({ id, mail, displayName }: GraphGroup): AccountRow {
  const address = mail ?? id;
  return { id, address, name: displayName ?? address, kind: 'group' };
}

const memberSchema = userSchema.extend({ '@odata.type': z.string().nullish().catch(undefined) });

/** The groups of the organization. Lists them once, and only when a name or the selection needs the list. */
export class Groups {
  readonly #directory: KnownDirectory;
  #all: Promise<readonly GraphGroup[]> | undefined;

  constructor(directory: KnownDirectory) {
    this.#directory = directory;
  }

  /** All groups, whatever their type. */
  all(): Promise<readonly GraphGroup[]> {
    this.#all ??= this.#list();
    return this.#all;
  }

  /** By object id, address or display name; throws `account-unknown`, and `account-ambiguous` for two of one name. */
  async find(name: string): Promise<GraphGroup> {
    const { known } = this.#directory;
    if (guid.test(name)) return this.#read(name);
    const key = normal(name);
    const all = await this.all();
    const byAddress = all.filter(({ mail }) => typeof mail === 'string' && normal(mail) === key);
    const byName = all.filter(
      ({ displayName }) => typeof displayName === 'string' && normal(displayName) === key,
    );
    const [found, another] = byAddress.length > 0 ? byAddress : byName;
    if (found === undefined) {
      const id = known.idOf('group', name);
      if (id === undefined) throw unknownName('group', name);
      return this.#read(id);
    }
    if (another === undefined) return found;
    throw new AppError(
      'account-ambiguous',
      `More than one group is called "${name}", so none of them was taken. Name the one you mean by its id or address.`,
      { details: { name } },
    );
  }

  /**
   * Everybody in a group and in the groups inside it, each once: Graph takes nested groups apart by itself and ends at
   * circles (`transitiveMembers`). Throws `group-too-large`.
   */
  async members({ id, displayName }: GraphGroup): Promise<GraphUser[]> {
    const { graph, signal } = this.#directory;
    const members = new Map<string, GraphUser>();
    const query = { $select: userFields, $top: directoryPageSize };
    const path = graphPath`/groups/${id}/transitiveMembers`;
    for await (const page of graph.pages(path, { schema: memberSchema, query, target: 'account', signal })) {
      for (const { '@odata.type': type, ...user } of page)
        if (type === '#microsoft.graph.user') members.set(user.id, user);
      if (members.size > mostMembers)
        throw new AppError(
          'group-too-large',
          `The group "${displayName ?? id}" has more than ${mostMembers} members, so it was left alone. Choose all mailboxes instead.`,
          { details: { group: id } },
        );
    }
    return [...members.values()];
  }

  #read(id: string): Promise<GraphGroup> {
    const { graph, signal } = this.#directory;
    const query = { $select: groupFields };
    return graph.getJson(graphPath`/groups/${id}`, { schema: groupSchema, query, target: 'account', signal });
  }

  async #list(): Promise<readonly GraphGroup[]> {
    const { graph, signal } = this.#directory;
    const query = { $select: groupFields, $top: directoryPageSize };
    const all: GraphGroup[] = [];
    for await (const page of graph.pages('/groups', { schema: groupSchema, query, signal }))
      all.push(...page);
    return all;
  }
}

/** Groups by their names; one that cannot be had is noted. */
export async function findGroups(
  { groups }: { readonly groups: Groups },
  names: readonly string[],
  gathering: Gathering,
): Promise<GraphGroup[]> {
  const found: GraphGroup[] = [];
  for (const name of names) {
    const group = await gathering.find(name, () => groups.find(name));
    if (group !== undefined) found.push(group);
  }
  return found;
}

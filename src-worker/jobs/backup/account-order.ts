/**
 * In which order the accounts of a run are taken: large ones first, so that the largest does not begin when all others
 * are done and then keep the run waiting alone. How large one is, is known from the last snapshot; of an account that has
 * none, from what the service says with its list of folders, which the run needs anyway and asks for only once.
 */
import type { Catalog } from '../../catalog/catalog.ts';
import { isFatal } from '../../faults/ledger.ts';
import type { AccountScope, CollectionChanges, Workload } from '../../workloads/workload.ts';
import { forEachConcurrent } from '../concurrency.ts';
import type { SelectedAccount } from '../selection/selected-account.ts';

/** An account in its place. `found` are collections that were asked for to learn its size, by workload. */
export interface OrderedAccount {
  readonly account: SelectedAccount;
  readonly found: ReadonlyMap<string, Promise<CollectionChanges>>;
}

export interface OrderServices {
  readonly catalog: Catalog;
  readonly chainId: string;
  readonly accountsAtOnce: number;
  readonly workloadsOf: (account: SelectedAccount) => readonly Workload[];
  readonly scopeOf: (account: SelectedAccount) => AccountScope;
}

/** Rejects with an error that concerns the whole run; one of an account is left in `found` for whoever saves it. */
export async function largestFirst(
  services: OrderServices,
  accounts: readonly SelectedAccount[],
): Promise<OrderedAccount[]> {
  const { catalog, chainId, accountsAtOnce } = services;
  // Who all begin at the same time need no order.
  if (accounts.length <= accountsAtOnce) return accounts.map((account) => ({ account, found: new Map() }));
  const sizes = catalog.accountSizes(chainId);
  const found = new Map<string, Map<string, Promise<CollectionChanges>>>();
  const unknown = accounts.filter(({ row }) => !sizes.has(row.id));
  await forEachConcurrent(unknown, accountsAtOnce, async (account) => {
    const survey = new Map<string, Promise<CollectionChanges>>();
    found.set(account.row.id, survey);
    sizes.set(account.row.id, await surveyed(services, account, survey));
  });
  const sizeOf = ({ row }: SelectedAccount): number => sizes.get(row.id) ?? 0;
  return accounts
    .toSorted((a, b) => sizeOf(b) - sizeOf(a))
    .map((account) => ({ account, found: found.get(account.row.id) ?? new Map() }));
}

/** Items that the services say an account has; 0 where none says. */
async function surveyed(
  { workloadsOf, scopeOf }: OrderServices,
  account: SelectedAccount,
  survey: Map<string, Promise<CollectionChanges>>,
): Promise<number> {
  let items = 0;
  for (const workload of workloadsOf(account).filter(({ tellsSizes }) => tellsSizes === true)) {
    const changes = workload.collections(scopeOf(account), undefined);
    survey.set(workload.name, changes);
    try {
      for (const { itemCount } of (await changes).found) items += itemCount ?? 0;
    } catch (error) {
      if (isFatal(error)) throw error;
    }
  }
  return items;
}

/** What of a snapshot is to be restored, from the words of the contract. */
import { serviceNames, type ServiceName } from '../../../src-shared/model/service-name.ts';
import type { Catalog } from '../../catalog/catalog.ts';
import type { RestoreSelection } from '../../jobs/restore/restore-files.ts';
import { findAccount, findFolder, findSnapshot } from '../../jobs/snapshot-scope.ts';

/** Throws `snapshot-unknown`, `account-unknown` or `collection-gone`. */
export function restoreSelections(
  catalog: Catalog,
  input: {
    protectedItemId: string;
    snapshot?: number | undefined;
    account?: string | undefined;
    service?: ServiceName | undefined;
    folder?: string | undefined;
    item?: string | undefined;
  },
): RestoreSelection[] {
  const chainId = input.protectedItemId;
  const { number } = findSnapshot(catalog, chainId, input.snapshot);
  const accounts =
    input.account === undefined
      ? catalog.accounts(chainId, number)
      : [findAccount(catalog, { chainId, number }, input.account)];
  const isPart = input.folder !== undefined || input.item !== undefined;
  const services = input.service !== undefined ? [input.service] : isPart ? ['mail'] : serviceNames;
  return accounts.flatMap((account) =>
    services.map((workload) => {
      const scope = { chainId, number, workload, account: account.id };
      const collectionId =
        input.folder === undefined ? undefined : findFolder(catalog, scope, input.folder).collection.id;
      return { scope, accountName: account.address, collectionId, itemId: input.item };
    }),
  );
}

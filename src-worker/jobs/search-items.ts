/**
 * Finds items by their words in all snapshots of a vault. The index of words is a step behind the rows, so what it lacks is
 * indexed first; a search that is stopped meanwhile keeps what was done.
 */
import { setImmediate } from 'node:timers/promises';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { FoundItem, SearchQuery, SearchResult } from '../../src-shared/contract/search-contract.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { JobProgress } from '../../src-shared/model/job.ts';
import type { AccountRow } from '../../src-shared/model/rows.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { SearchHit } from '../catalog/search/search-index.ts';
import { CollectionNames } from './collection-names.ts';
import { LocalProgress } from './local-progress.ts';

export interface SearchServices {
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** Throws `account-unknown` for an account that no snapshot holds. */
export async function searchItems(services: SearchServices, query: SearchQuery): Promise<SearchResult> {
  await completeIndex(services);
  const { catalog } = services;
  const accounts = allAccounts(catalog, query.protectedItemId);
  const hits = catalog.search.find(
    {
      words: query.words,
      chainId: query.protectedItemId,
      workload: query.service,
      account: query.account === undefined ? undefined : accountId(accounts, query.account),
      hasAttachments: query.hasAttachments,
      fromMs: timeOf(query.from),
      toMs: timeOf(query.to),
    },
    { before: query.before, limit: query.limit },
  );
  const last = hits.at(-1);
  const next = last !== undefined && hits.length === query.limit ? last.position : null;
  return { items: new Description(catalog, accounts).of(hits), next };
}

async function completeIndex({ catalog, clock, signal, onProgress }: SearchServices): Promise<void> {
  const total = catalog.search.missing;
  const progress = new LocalProgress('indexing', { clock, onProgress });
  while (catalog.search.indexSlice()) {
    progress.tell({ done: Math.max(0, total - catalog.search.missing), total, bytes: 0 });
    // The engine serves others meanwhile.
    await setImmediate();
    signal.throwIfAborted();
  }
}

/** Accounts by id, also those that left; of several protected items one stands for all. */
function allAccounts(catalog: Catalog, protectedItemId: string | undefined): Map<string, AccountRow> {
  const chains =
    protectedItemId === undefined ? catalog.heads().map(({ chainId }) => chainId) : [protectedItemId];
  return new Map(chains.flatMap((chainId) => catalog.accounts(chainId)).map((row) => [row.id, row]));
}

function accountId(accounts: ReadonlyMap<string, AccountRow>, wanted: string): string {
  const key = wanted.toLowerCase();
  for (const { id, address, name } of accounts.values())
    if ([id, address, name].some((each) => each.toLowerCase() === key)) return id;
  throw new AppError(
    'account-unknown',
    `No snapshot holds an account "${wanted}", so nothing was searched. List the accounts with "holdfast ls".`,
  );
}

const timeOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Date.parse(text);

/** Tells where the items that were found are. */
class Description {
  readonly #catalog: Catalog;
  readonly #accounts: ReadonlyMap<string, AccountRow>;
  readonly #names: CollectionNames;

  constructor(catalog: Catalog, accounts: ReadonlyMap<string, AccountRow>) {
    this.#catalog = catalog;
    this.#accounts = accounts;
    this.#names = new CollectionNames(catalog);
  }

  of(hits: readonly SearchHit[]): FoundItem[] {
    return hits.map((hit) => this.#describe(hit));
  }

  #describe(hit: SearchHit): FoundItem {
    const { address = '', name = '' } = this.#accounts.get(hit.account) ?? {};
    const { chainId, workload, account, last } = hit;
    const number = last ?? this.#catalog.head(chainId)?.number ?? 0;
    return {
      protectedItemId: hit.chainId,
      account: { id: hit.account, address, name },
      service: hit.workload,
      folderId: hit.collection,
      folderPath: this.#names.pathOf({ chainId, workload, account, number }, hit.collection),
      id: hit.id,
      sizeBytes: hit.sizeBytes,
      info: hit.info,
      firstSnapshot: hit.first,
      lastSnapshot: hit.last,
    };
  }
}

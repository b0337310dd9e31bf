/**
 * Reads from SharePoint's own interface, for what Graph does not tell (graph facts, section 8). It takes a token of its
 * own, and of an application only one that was got with a certificate. Turns, retries and errors are those of Graph.
 */
import type { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { GapCode } from '../../src-shared/errors/gap-code.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import type { TakeMemory } from './body-collector.ts';
import { Exchange, type ExchangeServices } from './exchange.ts';
import { readJson, requireShape } from './json-body.ts';
import { addressesOf } from './regions.ts';
import { grantedRoles, SignIn } from './sign-in.ts';

interface RestOptions {
  /** Resource units; 1 unless given. */
  readonly cost?: number;
  readonly signal: AbortSignal;
}

/** `url` is absolute and below the address of a site as Graph told it. Methods reject with `AppError`; 404 is `item-gone`. */
export interface SharePointReader {
  /** Why nothing can be read there with this connection; undefined when nothing is known to be in the way. */
  obstacle(): Promise<GapCode | undefined>;
  getJson<T>(url: string, options: RestOptions & { readonly schema: z.ZodType<T> }): Promise<T>;
  getBytes(
    url: string,
    options: RestOptions & { readonly maxBytes: number },
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** SharePoint Online in every tenant of every cloud: a token for it is good for all hosts of the organization. */
const sharePointOnline = '00000003-0000-0ff1-ce00-000000000000';
const longestJsonBytes = 16 * 1_048_576;
const jsonHeaders = { Accept: 'application/json;odata=nometadata' };

/** SharePoint's interface of one connection. */
export class SharePointRest implements SharePointReader {
  readonly #connection: GraphConnection;
  readonly #services: ExchangeServices;
  readonly #takeMemory: TakeMemory | undefined;
  readonly #signIn: SignIn;
  /** By origin: one for the sites of an organization, one for its OneDrives. */
  readonly #exchanges = new Map<string, Exchange>();

  constructor(connection: GraphConnection, services: ExchangeServices, takeMemory: TakeMemory | undefined) {
    this.#connection = connection;
    this.#services = services;
    this.#takeMemory = takeMemory;
    this.#signIn = new SignIn(connection, services, sharePointOnline);
  }

  get requests(): number {
    return this.#sum(({ requests }) => requests);
  }

  get retried(): number {
    return this.#sum(({ retried }) => retried);
  }

  async obstacle(): Promise<GapCode | undefined> {
    if (this.#connection.credential.kind === 'secret') return 'certificate-missing';
    const roles = grantedRoles(await this.#signIn.authorization());
    return roles.length === 0 ? 'full-control-missing' : undefined;
  }

  async getJson<T>(url: string, options: RestOptions & { readonly schema: z.ZodType<T> }): Promise<T> {
    const call = { ...callOf(url, options), headers: jsonHeaders, maxBytes: longestJsonBytes };
    const { json } = await this.#exchangeFor(url).run(call, readJson);
    return requireShape(options.schema, json);
  }

  getBytes(
    url: string,
    options: RestOptions & { readonly maxBytes: number },
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { maxBytes } = options;
    const call = { ...callOf(url, options), headers: {}, maxBytes, takeMemory: this.#takeMemory };
    return this.#exchangeFor(url).run(call, (body) => body);
  }

  close(): void {
    for (const exchange of this.#exchanges.values()) exchange.close();
  }

  #exchangeFor(url: string): Exchange {
    const origin = this.#requireOwnOrigin(url);
    const known = this.#exchanges.get(origin);
    if (known !== undefined) return known;
    const exchange = new Exchange({ ...this.#services, graphRoot: origin, signIn: this.#signIn });
    this.#exchanges.set(origin, exchange);
    return exchange;
  }

  /** The token goes to SharePoint and nowhere else, whatever an answer says is the address of a site. */
  #requireOwnOrigin(text: string): string {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url !== undefined && this.#isOwn(url)) return url.origin;
    throw new AppError(
      'response-invalid',
      'Microsoft 365 named an address of a site that is not one of SharePoint, so nothing was sent there. The site was not saved completely; check the network for a proxy that rewrites traffic.',
      { details: { host: url?.host ?? 'none' } },
    );
  }

  #isOwn({ protocol, origin, hostname, port, username, password }: URL): boolean {
    const { graphRoot, sharePointDomain } = addressesOf(this.#connection.region);
    if (username !== '' || password !== '') return false;
    if (sharePointDomain === undefined) return origin === graphRoot;
    return protocol === 'https:' && port === '' && hostname.endsWith(`.${sharePointDomain}`);
  }

  #sum(of: (exchange: Exchange) => number): number {
    return [...this.#exchanges.values()].reduce((sum, exchange) => sum + of(exchange), 0);
  }
}

function callOf(path: string, { cost = 1, signal }: RestOptions) {
  const service = 'sharepoint' as const;
  return { path, mailbox: undefined, service, target: 'item' as const, cost, signal };
}

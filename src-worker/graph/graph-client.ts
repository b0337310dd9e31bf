/**
 * The face of this room: typed calls to one organization of Microsoft 365. Everything behind it (sign-in, turns,
 * retries, pages) is shared by all calls of a client, so open one client per connection and process.
 */
import { z } from 'zod';
import type { Clock, Random } from '../../src-shared/model/clock.ts';
import { graphConnectionSchema, type GraphConnection } from '../../src-shared/model/connection.ts';
import { runBatch, type BatchAnswer, type BatchRequest } from './batch.ts';
import { ownBytes, type TakeMemory } from './body-collector.ts';
import { BodyPermits } from './body-permits.ts';
import { downloadFile, type DownloadSource } from './download.ts';
import { Exchange, type Call, type ExchangeServices, type Sending } from './exchange.ts';
import type { CallTarget } from './failure.ts';
import type { WorkAhead } from './forecast.ts';
import { HttpNetwork, largeBodyBytes, type NetworkOptions } from './http.ts';
import { readJson, requireShape } from './json-body.ts';
import { isLink } from './links.ts';
import {
  readDeltaPages,
  readPage,
  readPages,
  type DeltaPage,
  type ListPage,
  type PageSource,
} from './pagers.ts';
import { withQuery, type QueryValues } from './paths.ts';
import { addressesOf } from './regions.ts';
import { RetryPolicy, type RetryLimits } from './retry-policy.ts';
import { SharePointRest, type SharePointReader } from './sharepoint-rest.ts';
import { SignIn } from './sign-in.ts';
import { uploadContent, type UploadSource } from './upload.ts';
import {
  ThrottleGovernor,
  type GraphService,
  type ServiceBudget,
  type ThrottleLimits,
  type ThrottleStats,
} from './throttle-governor.ts';

/** What a client is given from outside. */
export interface GraphServices {
  readonly clock: Clock;
  readonly random: Random;
  /** Version of the product, for the User-Agent. */
  readonly productVersion: string;
  readonly network?: Omit<NetworkOptions, 'caPem'>;
  /** Gives memory for the bodies of `getBytes`; fresh memory unless given. */
  readonly takeMemory?: TakeMemory;
  readonly retryLimits?: RetryLimits;
  readonly throttleLimits?: ThrottleLimits;
}

/** What every call may say. With `mailbox` it is an Outlook call: it takes a turn of that mailbox and asks for ids that
 * survive moves. `target` tells what a 404 means; without it, the account of the mailbox. */
interface CallScopeOptions {
  readonly mailbox?: string | undefined;
  /** Without a mailbox; the directory unless given. */
  readonly service?: GraphService | undefined;
  /** Resource units of the call, or of each call of a batch: in SharePoint 1 unless given (graph facts, section 2). */
  readonly cost?: number | undefined;
  readonly target?: CallTarget | undefined;
  /** v1.0 unless given; not for batches. */
  readonly version?: 'beta' | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface JsonOptions<T> extends CallScopeOptions {
  readonly schema: z.ZodType<T>;
  readonly query?: QueryValues | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

interface PostOptions<T> extends CallScopeOptions {
  readonly schema: z.ZodType<T>;
  /** A longer body ends as `item-too-large`. */
  readonly maxBytes: number;
}

interface WriteOptions<T> extends CallScopeOptions {
  readonly schema: z.ZodType<T>;
}

interface PutOptions extends CallScopeOptions {
  readonly mediaType: string;
}

interface UploadScopeOptions extends CallScopeOptions {
  /** Length of every range but the last. */
  readonly rangeBytes: number;
}

/** How an upload session is opened. */
interface UploadSession {
  readonly path: string;
  readonly body: object;
}

interface BytesOptions extends CallScopeOptions {
  /** A longer body ends as `item-too-large`. */
  readonly maxBytes: number;
}

interface DeltaOptions<T> extends CallScopeOptions {
  readonly schema: z.ZodType<T>;
  /** Only for a path; a link has its query already. */
  readonly query?: QueryValues | undefined;
  /** A wish to Outlook: `Prefer: odata.maxpagesize`. Never sent as `$top`, which would cap the whole enumeration. */
  readonly pageSize?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** What a client has done so far. */
interface GraphStats extends ThrottleStats {
  readonly requests: number;
  readonly retried: number;
  readonly bytesReceived: number;
}

/** Reads and writes of one organization. All methods reject with `AppError`. Paths are built with `graphPath`. */
export interface GraphClient {
  getJson<T>(path: string, options: JsonOptions<T>): Promise<T>;
  /** A read that is asked for with a body. It is sent again after trouble, so it must change nothing. */
  postJson<T>(path: string, body: object, options: PostOptions<T>): Promise<T>;
  /**
   * Creates something. An error that is `retryable` leaves open whether it was made, so look before you try again; with
   * every other one nothing was.
   */
  create<T>(path: string, body: object, options: WriteOptions<T>): Promise<T>;
  /** Changes something to what it is to be; doing it twice does no harm. */
  update<T>(path: string, body: object, options: WriteOptions<T>): Promise<T>;
  /** Puts bytes where there may be others. */
  put(path: string, bytes: Uint8Array<ArrayBuffer>, options: PutOptions): Promise<void>;
  /** Removes something. Rejects with `item-gone` (or what `target` says) where it is not there. */
  remove(path: string, options: CallScopeOptions): Promise<void>;
  /** Does something that has no answer and does no harm when it is done twice. */
  act(path: string, options: CallScopeOptions): Promise<void>;
  /**
   * Sends content through an upload session, which a POST of `body` to `path` opens. Answers the JSON of the last answer,
   * undefined where that has none. What broke off leaves nothing.
   */
  upload(session: UploadSession, source: UploadSource, options: UploadScopeOptions): Promise<unknown>;
  /** The whole body. Its ArrayBuffer is the caller's alone, to transfer to another thread, and may be longer. */
  getBytes(path: string, options: BytesOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** The address that Graph points to instead of answering with content, for {@link GraphClient.download}. */
  getRedirect(path: string, options: CallScopeOptions): Promise<string>;
  /** The bytes of a file, from the address that Graph gives for it; for bodies of any size. */
  download(source: DownloadSource, signal?: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** At most 20 reads, answered in their order. */
  batch(requests: readonly BatchRequest[], options?: CallScopeOptions): Promise<readonly BatchAnswer[]>;
  pages<T>(path: string, options: JsonOptions<T>): AsyncIterable<readonly T[]>;
  /** One page, from a path or from the nextLink of the page before, for lists that a person leafs through. */
  page<T>(pathOrLink: string, options: JsonOptions<T>): Promise<ListPage<T>>;
  /** From a path, a full enumeration; from the deltaLink of an earlier one, what changed since. */
  deltaPages<T>(pathOrLink: string, options: DeltaOptions<T>): AsyncIterable<DeltaPage<T>>;
  /** SharePoint's own interface, for the little that Graph lacks. */
  readonly sharePoint: SharePointReader;
  /** The Authorization header of now, for reading what it grants. Never log it. */
  authorization(): Promise<string>;
  /**
   * For content of so many bytes that was read and is not stored yet: while it fills memory, not much more of large
   * content is read. The answer ends that.
   */
  holdBody(sizeBytes: number): () => void;
  /** Calls to a mailbox in the current ten minutes. */
  usedInWindow(mailbox: string): number;
  /** Lets no request start until {@link GraphClient.resume}; those under way end, and those that come wait their turn. */
  pause(): void;
  resume(): void;
  /** How many licences the organization has at the least; some limits grow with it. */
  noteLicences(licences: number): void;
  /** How much of each service's limit is used. */
  budgets(): ServiceBudget[];
  /** What all calls of each service have cost so far, in requests or resource units. */
  spent(): Readonly<Record<GraphService, number>>;
  /** How long its limits keep each service busy with the calls that wait and those that are known to come, from now. */
  forecastsMs(ahead: Readonly<Record<GraphService, WorkAhead>>): Readonly<Record<GraphService, number>>;
  stats(): GraphStats;
  /** Cuts the connections; calls under way fail, and so do those that wait. */
  close(): Promise<void>;
}

const longestJsonBytes = 16 * 1_048_576;
/** Beside a redirect, and after a removal, nobody reads a body. */
const longestRedirectBytes = 65_536;
const defaultDeltaPageSize = 500;
const largeFilesAtOnce = 8;
const immutableIds = 'IdType="ImmutableId"';

/** Opens a client. Nothing is sent before the first call. Throws a ZodError for a connection of the wrong shape. */
export function openGraph(connection: GraphConnection, services: GraphServices): GraphClient {
  return new HttpGraphClient(graphConnectionSchema.parse(connection), services);
}

class HttpGraphClient implements GraphClient {
  readonly sharePoint: SharePointRest;
  readonly #clock: Clock;
  readonly #takeMemory: TakeMemory | undefined;
  readonly #graphRoot: string;
  readonly #network: HttpNetwork;
  readonly #signIn: SignIn;
  readonly #governor: ThrottleGovernor;
  readonly #policy: RetryPolicy;
  readonly #exchange: Exchange;
  readonly #exchangeServices: ExchangeServices;
  readonly #downloads = { requests: 0, retried: 0 };
  readonly #uploads = { requests: 0, retried: 0 };
  readonly #largeFiles = new BodyPermits(largeFilesAtOnce);

  constructor(connection: GraphConnection, services: GraphServices) {
    const { clock, random } = services;
    const { graphRoot, caPem } = addressesOf(connection.region);
    const limits = services.throttleLimits;
    this.#clock = clock;
    this.#takeMemory = services.takeMemory;
    this.#graphRoot = graphRoot;
    this.#network = new HttpNetwork({ ...services.network, caPem });
    this.#policy = new RetryPolicy(random, services.retryLimits);
    this.#governor = new ThrottleGovernor({ clock, random, ...(limits && { limits }) });
    this.#signIn = new SignIn(connection, { network: this.#network, clock, policy: this.#policy });
    this.#exchangeServices = {
      graphRoot,
      userAgent: `ISV|Holdfast|Holdfast/${services.productVersion}`,
      network: this.#network,
      signIn: this.#signIn,
      governor: this.#governor,
      policy: this.#policy,
      clock,
    };
    this.#exchange = new Exchange(this.#exchangeServices);
    this.sharePoint = new SharePointRest(connection, this.#exchangeServices, this.#takeMemory);
  }

  async getJson<T>(path: string, options: JsonOptions<T>): Promise<T> {
    const headers = { ...callHeaders(options), ...options.headers };
    return requireShape(
      options.schema,
      await this.#getJson(withQuery(path, options.query), options, headers),
    );
  }

  async postJson<T>(path: string, body: object, options: PostOptions<T>): Promise<T> {
    const { maxBytes, schema } = options;
    const headers = { ...callHeaders(options), 'Content-Type': 'application/json' };
    const send = { method: 'POST', body } as const;
    const call = { path, send, headers, ...callScope(options), maxBytes };
    const { json } = await this.#exchange.run(call, readJson);
    return requireShape(schema, json);
  }

  create<T>(path: string, body: object, options: WriteOptions<T>): Promise<T> {
    return this.#write(path, { method: 'POST', body, isOnce: true }, options);
  }

  update<T>(path: string, body: object, options: WriteOptions<T>): Promise<T> {
    return this.#write(path, { method: 'PATCH', body }, options);
  }

  async put(path: string, bytes: Uint8Array<ArrayBuffer>, options: PutOptions): Promise<void> {
    const headers = { ...callHeaders(options), 'Content-Type': options.mediaType };
    const call = { path, send: { method: 'PUT', body: bytes } as const, headers };
    await this.#exchange.run({ ...call, ...callScope(options), maxBytes: longestJsonBytes }, () => true);
  }

  async remove(path: string, options: CallScopeOptions): Promise<void> {
    const call = { path, send: { method: 'DELETE' } as const, headers: callHeaders(options) };
    await this.#exchange.run({ ...call, ...callScope(options), maxBytes: longestRedirectBytes }, () => true);
  }

  async act(path: string, options: CallScopeOptions): Promise<void> {
    const call = { path, send: { method: 'POST' } as const, headers: callHeaders(options) };
    await this.#exchange.run({ ...call, ...callScope(options), maxBytes: longestRedirectBytes }, () => true);
  }

  async upload(session: UploadSession, source: UploadSource, options: UploadScopeOptions): Promise<unknown> {
    const scope = { ...callScope(options), rangeBytes: options.rangeBytes };
    const opened = await this.#write(
      session.path,
      { method: 'POST', body: session.body },
      { ...options, schema: uploadSessionSchema },
    );
    const services = { ...this.#exchangeServices, tally: this.#uploads };
    const body = await uploadContent(services, opened.uploadUrl, { source, options: scope });
    const answer = readJson(body);
    return 'json' in answer ? answer.json : undefined;
  }

  async #write<T>(path: string, send: Sending, { schema, ...options }: WriteOptions<T>): Promise<T> {
    const headers = { ...callHeaders(options), 'Content-Type': 'application/json' };
    const call = { path, send, headers, ...callScope(options), maxBytes: longestJsonBytes };
    const { json } = await this.#exchange.run(call, readJson);
    return requireShape(schema, json);
  }

  getBytes(path: string, options: BytesOptions): Promise<Uint8Array<ArrayBuffer>> {
    const { maxBytes } = options;
    const scope = { ...callScope(options), maxBytes, takeMemory: this.#takeMemory };
    return this.#exchange.run({ path, headers: callHeaders(options), ...scope }, (body) => body);
  }

  getRedirect(path: string, options: CallScopeOptions): Promise<string> {
    const scope = { ...callScope(options), maxBytes: longestRedirectBytes, isRedirect: true };
    return this.#exchange.run(
      { path, headers: callHeaders(options), ...scope },
      (_body, location) => location,
    );
  }

  download(source: DownloadSource, signal?: AbortSignal): AsyncIterable<Uint8Array<ArrayBuffer>> {
    const services = { ...this.#exchangeServices, tally: this.#downloads, largeFiles: this.#largeFiles };
    return downloadFile(services, source, {
      signal,
      takeMemory: this.#takeMemory ?? ownBytes,
    });
  }

  batch(requests: readonly BatchRequest[], options: CallScopeOptions = {}): Promise<readonly BatchAnswer[]> {
    const services = {
      exchange: this.#exchange,
      governor: this.#governor,
      policy: this.#policy,
      clock: this.#clock,
    };
    return runBatch(services, requests, { ...callScope(options), headers: callHeaders(options) });
  }

  pages<T>(path: string, options: JsonOptions<T>): AsyncIterable<readonly T[]> {
    const headers = { ...callHeaders(options), ...options.headers };
    return readPages(this.#pageSource(withQuery(path, options.query), options, headers), options.schema);
  }

  page<T>(pathOrLink: string, options: JsonOptions<T>): Promise<ListPage<T>> {
    const headers = { ...callHeaders(options), ...options.headers };
    const start = isLink(pathOrLink) ? pathOrLink : withQuery(pathOrLink, options.query);
    return readPage(this.#pageSource(start, options, headers), options.schema);
  }

  deltaPages<T>(pathOrLink: string, options: DeltaOptions<T>): AsyncIterable<DeltaPage<T>> {
    const pageSize = `odata.maxpagesize=${options.pageSize ?? defaultDeltaPageSize}`;
    const isOutlook = options.mailbox !== undefined;
    const headers = isOutlook ? { Prefer: `${immutableIds}, ${pageSize}` } : { ...options.headers };
    const scope = { ...options, target: options.target ?? ('collection' as const) };
    const start = isLink(pathOrLink) ? pathOrLink : withQuery(pathOrLink, options.query);
    return readDeltaPages(this.#pageSource(start, scope, headers), options.schema);
  }

  async authorization(): Promise<string> {
    return this.#signIn.authorization();
  }

  holdBody(sizeBytes: number): () => void {
    if (sizeBytes < largeBodyBytes) return () => undefined;
    return this.#network.holdLargeBody(sizeBytes).giveBack;
  }

  usedInWindow(mailbox: string): number {
    return this.#governor.usedInWindow(mailbox);
  }

  pause(): void {
    this.#governor.pause();
  }

  resume(): void {
    this.#governor.resume();
  }

  budgets(): ServiceBudget[] {
    return this.#governor.budgets();
  }

  noteLicences(licences: number): void {
    this.#governor.noteLicences(licences);
  }

  spent(): Readonly<Record<GraphService, number>> {
    return this.#governor.spent();
  }

  forecastsMs(ahead: Readonly<Record<GraphService, WorkAhead>>): Readonly<Record<GraphService, number>> {
    return this.#governor.forecastsMs(ahead);
  }

  stats(): GraphStats {
    const parts = [this.#exchange, this.#downloads, this.#uploads, this.sharePoint];
    const requests = parts.reduce((sum, part) => sum + part.requests, 0);
    const retried = parts.reduce((sum, part) => sum + part.retried, 0);
    return { ...this.#governor.stats(), requests, retried, bytesReceived: this.#network.bytesReceived };
  }

  async close(): Promise<void> {
    this.#exchange.close();
    this.sharePoint.close();
    this.#governor.close();
    await this.#network.close();
  }

  #pageSource(start: string, options: CallScopeOptions, headers: Call['headers']): PageSource {
    return {
      graphRoot: this.#graphRoot,
      start,
      fetch: (pathOrLink) => this.#getJson(pathOrLink, options, headers),
    };
  }

  async #getJson(pathOrLink: string, options: CallScopeOptions, headers: Call['headers']): Promise<unknown> {
    const call = { path: pathOrLink, headers, ...callScope(options), maxBytes: longestJsonBytes };
    const { json } = await this.#exchange.run(call, readJson);
    return json;
  }
}

const uploadSessionSchema = z.object({ uploadUrl: z.string().min(1).max(16_384) });
const outlookHeaders = { Prefer: immutableIds };
/** The directory serves interactive users first when we say that we can wait. */
const directoryHeaders = { 'x-ms-throttle-priority': 'low' };

function callHeaders({ mailbox, service }: CallScopeOptions): Call['headers'] {
  if (mailbox !== undefined) return outlookHeaders;
  return service === undefined ? directoryHeaders : {};
}

function callScope(
  options: CallScopeOptions,
): Pick<Call, 'mailbox' | 'service' | 'target' | 'version' | 'signal'> & { cost: number | undefined } {
  const { mailbox, service, cost, version, signal } = options;
  const target = options.target ?? (mailbox === undefined ? 'directory' : 'account');
  return { mailbox, service, cost, target, version, signal };
}

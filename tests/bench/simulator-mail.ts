/** Reads messages and files out of a simulator with nothing but undici: for corpora, and as a ceiling. */
import { Agent, type Dispatcher } from 'undici';
import type { SimulatorInfo } from '../../src-simulator/start-simulator.ts';

/** A bare client: sign-in once, keep-alive, no retries, no checks. */
export class BareClient {
  readonly #origin: string;
  readonly #agent: Agent;
  #token = '';

  constructor(info: SimulatorInfo, connections: number) {
    this.#origin = info.graphRoot;
    this.#agent = new Agent({ connections, pipelining: 1, connect: { ca: info.caPem } });
  }

  async signIn(info: SimulatorInfo): Promise<void> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: info.clientId,
      client_secret: info.clientSecret,
      scope: `${info.graphRoot}/.default`,
    });
    const answer = await this.#agent.request({
      origin: this.#origin,
      path: `/${info.tenantId}/oauth2/v2.0/token`,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    const { access_token: token } = (await answer.body.json()) as { access_token: string };
    this.#token = token;
  }

  async getJson<T>(pathOrLink: string): Promise<T> {
    const answer = await this.#get(pathOrLink);
    return (await answer.body.json()) as T;
  }

  async getBytes(path: string): Promise<Buffer> {
    const answer = await this.#get(path);
    return Buffer.from(await answer.body.arrayBuffer());
  }

  /** Reads a body and throws it away; returns its length. */
  async drain(path: string): Promise<number> {
    const answer = await this.#get(path);
    let sizeBytes = 0;
    for await (const piece of answer.body) sizeBytes += (piece as Uint8Array).length;
    return sizeBytes;
  }

  /** Like {@link drain}, of an address that needs no token. */
  async drainUrl(address: string): Promise<number> {
    const { origin, pathname, search } = new URL(address);
    const answer = await this.#agent.request({ origin, path: pathname + search, method: 'GET' });
    let sizeBytes = 0;
    for await (const piece of answer.body) sizeBytes += (piece as Uint8Array).length;
    return sizeBytes;
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #get(pathOrLink: string): Promise<Dispatcher.ResponseData> {
    const url = new URL(pathOrLink, this.#origin);
    return this.#agent.request({
      origin: this.#origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: {
        authorization: `Bearer ${this.#token}`,
        prefer: 'IdType="ImmutableId", odata.maxpagesize=500',
      },
    });
  }
}

interface Page<T> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string;
}

/** The pages of a list or delta; an error answer, which has no value, ends them. */
async function* pagesOf<T>(client: BareClient, path: string): AsyncIterable<readonly T[]> {
  for (let next: string | undefined = path; next !== undefined;) {
    const page: Partial<Page<T>> = await client.getJson<Partial<Page<T>>>(next);
    yield page.value ?? [];
    next = page['@odata.nextLink'];
  }
}

/** Ids of the users of an organization. */
export async function userIds(client: BareClient): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pagesOf<{ id: string }>(client, '/v1.0/users?$select=id&$top=999')) {
    ids.push(...page.map(({ id }) => id));
  }
  return ids;
}

/** Message ids of a user, a delta page at a time, as a backup enumerates them; none for an account without mailbox. */
export async function* messageIdPages(client: BareClient, user: string): AsyncIterable<string[]> {
  const folderPath = `/v1.0/users/${user}/mailFolders/delta?$select=displayName`;
  for await (const folders of pagesOf<{ id: string }>(client, folderPath)) {
    for (const folder of folders) {
      const path = `/v1.0/users/${user}/mailFolders/${folder.id}/messages/delta?$select=subject`;
      for await (const page of pagesOf<{ id: string }>(client, path)) yield page.map(({ id }) => id);
    }
  }
}

/** Addresses of the files of a user's drive, a delta page at a time. */
export async function* fileUrlPages(client: BareClient, user: string): AsyncIterable<string[]> {
  for await (const page of pagesOf<Record<string, unknown>>(client, `/v1.0/users/${user}/drive/root/delta`))
    yield page.flatMap(({ '@microsoft.graph.downloadUrl': url }) => (typeof url === 'string' ? [url] : []));
}

/** Every message of an organization, one after the other. */
export async function* readMailOf(info: SimulatorInfo): AsyncIterable<Buffer> {
  const client = new BareClient(info, 4);
  await client.signIn(info);
  try {
    for (const user of await userIds(client)) yield* readMailbox(client, user);
  } finally {
    await client.close();
  }
}

async function* readMailbox(client: BareClient, user: string): AsyncIterable<Buffer> {
  for await (const ids of messageIdPages(client, user)) {
    for (const id of ids) yield await client.getBytes(`/v1.0/users/${user}/messages/${id}/$value`);
  }
}

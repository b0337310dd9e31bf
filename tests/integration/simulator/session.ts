/** A simulator for one test file and the smallest client that can talk to it: no retries, no cleverness. */
import { Agent, request } from 'undici';
import { startSimulator, type RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  /** The body as the shape a test expects. */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test names the shape, nothing infers it
  json: <T = Record<string, unknown>>() => T;
}

export interface ErrorBody {
  error: { code: string; message: string };
}

export interface DeltaPage {
  value: { id: string; '@removed'?: { reason: string }; [name: string]: unknown }[];
  '@odata.nextLink'?: string;
  '@odata.deltaLink'?: string;
}

export interface TruthLine {
  kind: 'folder' | 'message';
  id: string;
  folderId: string;
  displayName: string;
  path: string[];
  sizeBytes: number;
  sha256: string;
  unreadable: string | null;
  isRead: boolean;
}

/** A line about an item or a container of an area beside mail. */
export interface AreaLine {
  kind: string;
  id: string;
  containerId: string;
  displayName: string;
  sha256: string;
  attachments: { name: string; type: string; sha256: string | null }[];
  photoSha256: string | null;
  unreadable: string | null;
}

/** What /control/changes tells of a change in an area. */
export interface AreaChange {
  kind: string;
  user: string;
  item: string;
  container: string;
  from: string;
  to: string;
  occurrence: string;
}

export const immutable = { prefer: 'IdType="ImmutableId", odata.maxpagesize=50' };

export class Session {
  readonly simulator: RunningSimulator;
  readonly agent: Agent;
  token = '';

  constructor(simulator: RunningSimulator) {
    this.simulator = simulator;
    this.agent = new Agent({ connect: { ca: simulator.caPem }, connections: 8 });
  }

  async tokenReply(form: Record<string, string> = {}, tenant = this.simulator.tenantId): Promise<Reply> {
    const { loginAuthority, clientId, clientSecret, graphRoot } = this.simulator;
    const fields = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: `${graphRoot}/.default`,
      ...form,
    };
    return this.send(`${loginAuthority}/${tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  async signIn(): Promise<void> {
    this.token = (await this.tokenReply()).json<{ access_token: string }>().access_token;
  }

  async send(
    url: string,
    options: {
      method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
      headers?: Record<string, string>;
      body?: string | Buffer;
    } = {},
  ): Promise<Reply> {
    const { statusCode, headers, body } = await request(url, { dispatcher: this.agent, ...options });
    const bytes = Buffer.from(await body.arrayBuffer());
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- as declared in Reply
    return { status: statusCode, headers, bytes, json: <T>() => JSON.parse(bytes.toString()) as T };
  }

  /** A Graph call by path or absolute link. */
  get(pathOrLink: string, headers: Record<string, string> = {}): Promise<Reply> {
    const url = pathOrLink.startsWith('https:')
      ? pathOrLink
      : `${this.simulator.graphRoot}/v1.0${pathOrLink}`;
    return this.send(url, { headers: { authorization: `Bearer ${this.token}`, ...headers } });
  }

  /** A Graph call that writes: JSON unless the body is text (MIME) or bytes. */
  write(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const type = !isRaw
      ? 'application/json'
      : typeof body === 'string'
        ? 'text/plain'
        : 'application/octet-stream';
    return this.send(`${this.simulator.graphRoot}/v1.0${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        prefer: immutable.prefer,
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? body : JSON.stringify(body) }),
    });
  }

  batch(body: unknown): Promise<Reply> {
    return this.send(`${this.simulator.graphRoot}/v1.0/$batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async control<T = Record<string, unknown>>(name: string, body?: unknown): Promise<T> {
    const reply = await this.send(`${this.simulator.controlUrl}/${name}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-control-token': this.simulator.controlToken },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (reply.status !== 200) throw new Error(`control ${name}: ${reply.status} ${reply.bytes.toString()}`);
    return reply.json<T>();
  }

  /** What a mailbox holds; `more` are further options of the control endpoint. */
  truth<Line = TruthLine>(user: string, more = ''): Promise<Line[]> {
    return this.#truthLines<Line>(`user=${encodeURIComponent(user)}${more}`);
  }

  /** What an area beside mail holds of a user, group or site, in the shape that a test expects. */

  areaTruth<Line = AreaLine>(area: string, account: string): Promise<Line[]> {
    return this.#truthLines<Line>(`area=${area}&user=${encodeURIComponent(account)}`);
  }

  async #truthLines<T>(query: string): Promise<T[]> {
    const reply = await this.send(`${this.simulator.controlUrl}/truth?${query}`, {
      headers: { 'x-control-token': this.simulator.controlToken },
    });
    const lines = reply.bytes.toString().trimEnd().split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
  }

  /** Changes of one area, made to a user. */
  async changeArea(user: string, areas: Record<string, number>, seed = 1): Promise<AreaChange[]> {
    return (await this.control<{ changes: AreaChange[] }>('changes', { user, seed, areas })).changes;
  }

  /** Follows a list to its end. */
  async list(start: string): Promise<DeltaPage['value']> {
    const items: DeltaPage['value'] = [];
    for (let link: string | undefined = start; link !== undefined;) {
      const reply: Reply = await this.get(link, immutable);
      if (reply.status !== 200) throw new Error(`${reply.status} ${reply.bytes.toString()}`);
      const page: DeltaPage = reply.json<DeltaPage>();
      items.push(...page.value);
      link = page['@odata.nextLink'];
    }
    return items;
  }

  /** Ids of users with a mailbox, in the directory's order. */
  async users(): Promise<string[]> {
    const page = (await this.get('/users?$top=999&$select=id,mail')).json<{
      value: { id: string; mail: string | null }[];
    }>();
    return page.value.filter((user) => user.mail !== null).map((user) => user.id);
  }

  /** Follows a delta to its deltaLink. */
  async deltaRound(
    start: string,
    headers: Record<string, string> = immutable,
  ): Promise<{ items: DeltaPage['value']; deltaLink: string; pages: number }> {
    const items: DeltaPage['value'] = [];
    let link = start;
    for (let pages = 1; ; pages += 1) {
      const reply = await this.get(link, headers);
      if (reply.status !== 200) throw new Error(`${reply.status} ${reply.bytes.toString()}`);
      const page = reply.json<DeltaPage>();
      items.push(...page.value);
      if (page['@odata.deltaLink'] !== undefined)
        return { items, deltaLink: page['@odata.deltaLink'], pages };
      link = page['@odata.nextLink'] ?? '';
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
    await this.simulator.close();
  }
}

/** Starts a simulator and signs in. */
export async function startSession(options: SimulatorOptions = {}): Promise<Session> {
  const session = new Session(await startSimulator(options));
  await session.signIn();
  return session;
}

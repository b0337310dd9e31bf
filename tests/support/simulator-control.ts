/** How tests steer a running simulator and ask it for the truth: the /control side, over the same TLS as everything. */
import type { RunningSimulator } from '../../src-simulator/start-simulator.ts';
import { HttpNetwork, type HttpRequest } from '../../src-worker/graph/http.ts';

/** What the simulator counted since its start or the last reset. */
export interface SimulatorStatistics {
  /** Requests by operation; the parts of a batch count as well as the batch. */
  readonly requests: Readonly<Record<string, number>>;
  /** Units that SharePoint counts. */
  readonly resourceUnits: number;
  readonly bytesSent: number;
  readonly maxConcurrencyPerMailbox: number;
  /** Retry-Afters of mailboxes and SharePoint, and calls that came before one had ended; parts of a batch, too. */
  readonly retryAfters: number;
  readonly earlyCalls: number;
  readonly faultsInjected: Readonly<Record<string, number>>;
}

/** One message or folder as the simulator really holds it. */
export type TruthLine =
  | {
      readonly kind: 'folder';
      readonly id: string;
      readonly path: readonly string[];
      readonly isHidden: boolean;
    }
  | {
      readonly kind: 'message';
      readonly id: string;
      readonly folderId: string;
      readonly sizeBytes: number;
      readonly sha256: string;
      readonly unreadable: string | null;
    };

export type SimulatorAccess = Pick<RunningSimulator, 'origin' | 'caPem' | 'controlToken'>;

/** Gives an order: `faults`, `changes`, `secrets` and the like. Answers what the simulator answers. */
export async function order(simulator: SimulatorAccess, name: string, body: object = {}): Promise<unknown> {
  return JSON.parse(await ask(simulator, { method: 'POST', path: name, body: JSON.stringify(body) }));
}

export async function statistics(simulator: SimulatorAccess): Promise<SimulatorStatistics> {
  return JSON.parse(await ask(simulator, { method: 'GET', path: 'stats' })) as SimulatorStatistics;
}

/**
 * Requests by service that no run without changes can do without, as the simulator computes it from what it holds; those
 * for what has no delta by themselves.
 */
interface SimulatorMinimum {
  readonly requests: Readonly<Record<string, number>>;
  readonly withoutDelta: Readonly<Record<string, number>>;
}

export async function minimum(simulator: SimulatorAccess): Promise<SimulatorMinimum> {
  return JSON.parse(await ask(simulator, { method: 'GET', path: 'minimum' })) as SimulatorMinimum;
}

/** What a mailbox holds, with what was deleted for good if asked for; empty for an account without one. */
export async function truthOf(
  simulator: SimulatorAccess,
  user: string,
  isRecoverableTold = false,
): Promise<TruthLine[]> {
  const query = `user=${encodeURIComponent(user)}&recoverable=${isRecoverableTold}`;
  return (await truthLines(simulator, query)) as TruthLine[];
}

/** What an area beside mail holds of a user, group or site. */
export function areaTruthOf(simulator: SimulatorAccess, area: string, account: string): Promise<unknown[]> {
  return truthLines(simulator, `area=${area}&user=${encodeURIComponent(account)}`);
}

async function truthLines(simulator: SimulatorAccess, query: string): Promise<unknown[]> {
  const text = await ask(simulator, { method: 'GET', path: `truth?${query}`, mayBeMissing: true });
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}

async function ask(
  simulator: SimulatorAccess,
  what: Pick<HttpRequest, 'method' | 'path' | 'body'> & { readonly mayBeMissing?: boolean },
): Promise<string> {
  const network = new HttpNetwork({ caPem: simulator.caPem });
  try {
    const outcome = await network.send({
      origin: simulator.origin,
      path: `/control/${what.path}`,
      method: what.method,
      headers: { 'x-control-token': simulator.controlToken, 'content-type': 'application/json' },
      body: what.body,
      maxBytes: 1e9,
    });
    if (outcome.kind !== 'complete') throw new Error(`control ${what.path}: ${outcome.kind}`);
    const text = new TextDecoder().decode(outcome.body);
    if (outcome.status === 404 && what.mayBeMissing === true) return '';
    if (outcome.status > 299) throw new Error(`control ${what.path}: ${outcome.status} ${text}`);
    return text;
  } finally {
    await network.close();
  }
}

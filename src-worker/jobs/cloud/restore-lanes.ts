/** What applying and undoing share: the targets of a journal, opened when they are needed, and what they fail with. */
import type { Clock } from '../../../src-shared/model/clock.ts';
import type { JobProgress } from '../../../src-shared/model/job.ts';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { GraphClient } from '../../graph/graph-client.ts';
import type { RetryLimits } from '../../graph/retry-policy.ts';
import { grantedRoles } from '../../graph/sign-in.ts';
import type { Place, RestoreJournal } from '../../journal/restore-journal.ts';
import type { RestorableWorkload, CloudTarget } from '../../workloads/cloud-target.ts';
import { LocalProgress } from '../local-progress.ts';

/** Outlook takes four calls of an application at a time for a mailbox. */
export const itemsAtOnce = 4;
export const accountsAtOnce = 4;
/** So many failures in a row that may pass by waiting are no matter of single items. */
const mostInARow = 10;
const mostProblems = 1000;

export interface CloudServices {
  readonly graph: GraphClient;
  readonly clock: Clock;
  readonly journal: RestoreJournal;
  readonly retryLimits: RetryLimits;
  /** By service. */
  readonly restorables: ReadonlyMap<string, RestorableWorkload>;
}

export interface CloudRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: JobProgress) => void;
}

/** A line of a report. */
export interface Problem {
  readonly item: string;
  readonly code: string;
  readonly message: string;
}

export function progressOf(
  phase: JobProgress['phase'],
  { graph, clock }: Pick<CloudServices, 'graph' | 'clock'>,
  { onProgress }: CloudRun,
): LocalProgress {
  const network = () => {
    const { requests, throttled } = graph.stats();
    return { requests, throttled, budget: [] };
  };
  return new LocalProgress(phase, { clock, onProgress, network });
}

/** The target of each account and service. */
export class Targets {
  readonly #services: Pick<CloudServices, 'graph' | 'restorables'>;
  readonly #signal: AbortSignal;
  readonly #open = new Map<string, CloudTarget>();

  constructor(services: Pick<CloudServices, 'graph' | 'restorables'>, signal: AbortSignal) {
    this.#services = services;
    this.#signal = signal;
  }

  of({ workload, targetAccount }: Pick<Place, 'workload' | 'targetAccount'>): CloudTarget {
    const key = `${workload} ${targetAccount}`;
    const known = this.#open.get(key);
    if (known !== undefined) return known;
    const restorable = this.#services.restorables.get(workload);
    if (restorable === undefined) throw new Error(`nothing restores ${workload}`);
    const scope = { graph: this.#services.graph, accountId: targetAccount, signal: this.#signal };
    const target = restorable.open(scope);
    this.#open.set(key, target);
    return target;
  }
}

/** Names of the permissions of which the application lacks one for each of these services. */
export async function missingPermissions(
  { graph, restorables }: Pick<CloudServices, 'graph' | 'restorables'>,
  workloads: Iterable<string>,
): Promise<string[]> {
  const granted = grantedRoles(await graph.authorization());
  const needed = [...workloads].map((name) => restorables.get(name)?.permissions ?? []);
  return [
    ...new Set(
      needed
        .filter((anyOf) => anyOf.length > 0 && !anyOf.some((name) => granted.includes(name)))
        .flatMap(([first]) => first ?? []),
    ),
  ];
}

/** Throws `permission-missing` before anything is touched. */
export async function requirePermissions(
  services: Pick<CloudServices, 'graph' | 'restorables' | 'journal'>,
): Promise<void> {
  const missing = await missingPermissions(
    services,
    new Set(services.journal.places().map(({ workload }) => workload)),
  );
  if (missing.length === 0) return;
  throw new AppError(
    'permission-missing',
    `The application may only read. Nothing was changed. To restore to Microsoft 365, grant it ${missing.join(', ')} and give admin consent; you can take that back afterwards.`,
    { details: { missing: missing.join(', ') } },
  );
}

/** Counts failures, and tells when they are no matter of single items any more. */
export class Failures {
  readonly problems: Problem[] = [];
  count = 0;
  #inARow = 0;

  /** Notes a failed item; throws where going on is useless. */
  note(item: string, error: AppError): void {
    if (isForAll(error)) throw error;
    this.#inARow = error.retryable ? this.#inARow + 1 : 0;
    if (this.#inARow >= mostInARow) throw error;
    this.count += 1;
    const { code, message } = error;
    if (this.problems.length < mostProblems) this.problems.push({ item, code, message });
  }

  /** Notes that something went well. */
  ended(): void {
    this.#inARow = 0;
  }
}

/** What no other item would fare better with. */
function isForAll({ code }: AppError): boolean {
  return (
    code === 'cancelled' ||
    code === 'permission-missing' ||
    code === 'tls-failed' ||
    code.startsWith('sign-in-')
  );
}

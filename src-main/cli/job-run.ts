/** Follows a job of the engine: draws its progress, answers its report, and keeps a record of how it ended. */
import type { JobProgress } from '../../src-shared/model/job.ts';
import type { JobRecord } from '../records/records.ts';
import { toAppError } from './failure.ts';
import { ProgressBar } from './progress-bar.ts';
import type { Session } from './session.ts';

/** What a job is, and how its report reads. */
export interface JobDescription<Report> {
  readonly kind: JobRecord['kind'];
  readonly vaultId: string;
  readonly protectedItemId: string | null;
  /** What its progress counts. */
  readonly noun: string;
  readonly start: () => Promise<AsyncGenerator<JobProgress, Report, void>>;
  /** Holds the job, or lets it go on; absent where it cannot be held. */
  readonly pause?: (isPaused: boolean) => Promise<unknown>;
  readonly outcomeOf: (report: Report) => NonNullable<JobRecord['outcome']>;
}

/** Runs a job to its end. Whatever happens, the record says it. */
export async function runJob<Report extends Record<string, unknown>>(
  session: Session,
  job: JobDescription<Report>,
): Promise<Report> {
  const records = await session.records();
  const { clock } = session.terminal;
  const now = () => new Date(clock.nowMs()).toISOString();
  const { kind, vaultId, protectedItemId } = job;
  const id = records.startJob({ kind, vaultId, protectedItemId, startedAt: now() });
  try {
    const report = await follow(session, job);
    records.endJob(id, { endedAt: now(), outcome: job.outcomeOf(report), errorCode: null, report });
    return report;
  } catch (error) {
    const { code } = toAppError(error);
    const outcome = code === 'cancelled' ? 'cancelled' : 'failed';
    records.endJob(id, { endedAt: now(), outcome, errorCode: code, report: null });
    throw error;
  }
}

/** Follows something to its end that is no job to keep a record of. */
export async function follow<Report>(
  session: Session,
  job: Pick<JobDescription<Report>, 'noun' | 'start' | 'pause'>,
): Promise<Report> {
  const bar = session.isJson ? undefined : new ProgressBar(session.terminal, job.noun);
  const unwatch = watchPauses(session, job);
  try {
    const stream = await job.start();
    for (;;) {
      const step = await stream.next();
      if (step.done === true) return step.value;
      bar?.show(step.value);
    }
  } finally {
    unwatch?.();
    bar?.clear();
  }
}

/** Each time somebody asks, a running job is held, and a held one goes on. */
function watchPauses<Report>(
  session: Session,
  { pause }: Pick<JobDescription<Report>, 'pause'>,
): (() => void) | undefined {
  let isPaused = false;
  return (
    pause &&
    session.terminal.onPauseAsked?.(() => {
      const wanted = !isPaused;
      pause(wanted).then(
        () => {
          isPaused = wanted;
          session.terminal.errors.write(
            wanted
              ? 'Paused: requests under way end and nothing new starts. Send the signal again to go on.\n'
              : 'Going on.\n',
          );
        },
        // Too early or too late: nothing runs that could be held.
        (error: unknown) => session.say(toAppError(error).message),
      );
    })
  );
}

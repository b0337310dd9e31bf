/** `holdfast plan`, `plans`, `apply`, `undo`: restores to Microsoft 365, looked at before they are done. */
import { Option, type Command } from 'commander';
import type { EngineClient } from '../../src-worker/entries/engine.ts';
import { AppError } from '../../src-shared/errors/app-error.ts';
import {
  conflictChoices,
  type ApplyReport,
  type PlanStep,
  type RestorePlan,
  type UndoReport,
} from '../../src-shared/model/cloud-restore.ts';
import type { GraphConnection } from '../../src-shared/model/connection.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { dateText } from '../../src-shared/words/quantities.ts';
import { choose, kinds } from '../cli/choice.ts';
import { connectionOf } from '../cli/connection.ts';
import { follow, runJob, type JobDescription } from '../cli/job-run.ts';
import type { Perform } from '../cli/perform.ts';
import { applyText, planText, undoText } from '../cli/plan-text.ts';
import type { Session } from '../cli/session.ts';
import { chooseAccount, findSnapshots, type SnapshotOptions } from '../cli/snapshot-target.ts';
import { tableText } from '../cli/table.ts';
import { openKnownVault, type OpenVault } from '../cli/vault-access.ts';

interface PlanOptions extends SnapshotOptions {
  readonly account?: string;
  readonly service?: ServiceName;
  readonly folder?: string;
  readonly item?: string;
  readonly toAccount?: string;
  readonly toFolder?: string;
  readonly existing?: (typeof conflictChoices)[number];
  readonly organization?: string;
}

interface WorkOptions {
  readonly vault?: string;
  readonly organization?: string;
  readonly evenChanged?: true;
}

interface WorkInput {
  readonly client: EngineClient;
  readonly vault: string;
  readonly plan: string;
  readonly connection: GraphConnection;
}

/** What of a plan is shown item by item. */
const shownSteps = 15;

type MadePlan = RestorePlan & { readonly missingPermissions: readonly string[] };

export function addPlan(program: Command, perform: Perform): void {
  program
    .command('plan')
    .description('plan a restore to Microsoft 365: what it would create, replace and skip; changes nothing')
    .argument('[protected-item]', 'name or id; not needed where there is only one')
    .option('--account <account>', 'only this account: address, name or id')
    .option('--service <service>', `one of ${serviceNames.join(', ')} (default: all that can be written)`)
    .option('--folder <folder>', 'only this folder and what is below it: path or id')
    .option('--item <item>', 'only this item: its id, as "holdfast ls" and "search" show it')
    .option('--to-account <account>', 'into another account: address or id')
    .option('--to-folder <name>', 'below one new folder of this name instead of where it was')
    .addOption(
      new Option('--existing <choice>', 'what to do about items that stand there already')
        .choices(conflictChoices)
        .default('skip'),
    )
    .option('--snapshot <number>', 'an earlier snapshot (default: latest)')
    .option('--vault <vault>', 'the vault to restore from')
    .option('--organization <organization>', 'the organization to write to (default: the one it came from)')
    .action(
      perform(async (session, options: PlanOptions, wanted: string | undefined) => {
        const { plan, steps } = await makePlan(session, options, wanted);
        return { facts: { plan, steps }, text: planText(plan, steps) };
      }),
    );
}

export function addPlans(program: Command, perform: Perform): void {
  program
    .command('plans')
    .description('list the restores to Microsoft 365 that were planned on this machine')
    .option('--vault <vault>', 'the vault that they restore from')
    .action(
      perform(async (session, options: WorkOptions) => {
        const { client, vault } = await openKnownVault(session, options.vault);
        const found = await client.plan.list({ vault });
        return { facts: found, text: plansText(found) };
      }),
    );
}

export function addApply(program: Command, perform: Perform): void {
  program
    .command('apply')
    .description('do what a plan says, or the rest of it; nothing is made twice')
    .argument('<plan>', 'its id, as "holdfast plan" and "plans" show it')
    .option('--vault <vault>', 'the vault that it restores from')
    .option('--organization <organization>', 'the organization to write to')
    .action(
      perform(async (session, options: WorkOptions, id: string) => {
        const report = await work<ApplyReport>(session, { options, id }, ({ client, ...input }) =>
          client.plan.apply(input, { signal: session.signal }),
        );
        const isWhole = report.failed === 0 && report.cannot === 0;
        return { facts: { report }, text: applyText(report), exit: isWhole ? 'ok' : 'partial' };
      }),
    );
}

export function addUndo(program: Command, perform: Perform): void {
  program
    .command('undo')
    .description('take a restore to Microsoft 365 back: removes what it made, puts back what it replaced')
    .argument('<plan>', 'its id, as "holdfast plans" shows it')
    .option('--even-changed', 'remove also what somebody has changed since')
    .option('--vault <vault>', 'the vault that it restored from')
    .option('--organization <organization>', 'the organization that was written to')
    .action(
      perform(async (session, options: WorkOptions, id: string) => {
        const includesChanged = options.evenChanged === true;
        const report = await work<UndoReport>(session, { options, id }, ({ client, ...input }) =>
          client.plan.undo({ ...input, includesChanged }, { signal: session.signal }),
        );
        const isWhole = report.failed === 0 && report.kept === 0;
        return { facts: { report }, text: undoText(report), exit: isWhole ? 'ok' : 'partial' };
      }),
    );
}

async function makePlan(
  session: Session,
  options: PlanOptions,
  wanted: string | undefined,
): Promise<{ plan: MadePlan; steps: PlanStep[] }> {
  const { folder, item, service, toAccount, toFolder, existing } = options;
  if (folder !== undefined && item !== undefined)
    throw new AppError('input-invalid', 'Give --folder or --item, not both. Nothing was planned.');
  const target = await findSnapshots(session, wanted, options);
  const isPart = folder !== undefined || item !== undefined;
  const account = isPart ? await chooseAccount(target, options.account) : options.account;
  const { client, scope, protectedItem } = target;
  const connection = await connectionFor(session, protectedItem.id, options.organization);
  const request = {
    ...{ account, service, folder, item, toAccount, conflict: existing },
    location:
      toFolder === undefined
        ? ({ kind: 'original' } as const)
        : ({ kind: 'folder', name: toFolder } as const),
  };
  const plan = await follow<MadePlan>(session, {
    noun: 'items',
    start: () => client.plan.make({ ...scope, connection, request }, { signal: session.signal }),
  });
  const { steps } = await client.plan.steps({ vault: scope.vault, plan: plan.id, limit: shownSteps });
  return { plan, steps };
}

/** Applies or undoes a plan, as a job of which a record is kept. */
async function work<Report extends Record<string, unknown> & { failed: number }>(
  session: Session,
  { options, id }: { options: WorkOptions; id: string },
  start: (input: WorkInput) => ReturnType<JobDescription<Report>['start']>,
): Promise<Report> {
  const open = await openKnownVault(session, options.vault);
  const { protectedItemId } = await knownPlan(open, id);
  const connection = await connectionFor(session, protectedItemId, options.organization);
  const { client, vault, record } = open;
  return runJob<Report>(session, {
    kind: 'restore',
    vaultId: record.id,
    protectedItemId,
    noun: 'items',
    start: () => start({ client, vault, plan: id, connection }),
    outcomeOf: ({ failed }) => (failed === 0 ? 'complete' : 'partial'),
  });
}

async function knownPlan({ client, vault }: OpenVault, id: string): Promise<RestorePlan> {
  const { plans, busy } = await client.plan.list({ vault });
  const found = plans.find((plan) => plan.id === id);
  if (found !== undefined) return found;
  if (busy.includes(id))
    throw new AppError(
      'restore-busy',
      'This restore is being worked on by another process. Nothing was done; wait for it to end.',
    );
  throw new AppError(
    'restore-unknown',
    `There is no restore "${id}" for this vault on this machine. Nothing was done; list them with "holdfast plans".`,
  );
}

/** The organization that a protected item belongs to, or the one that is named, or the only one. */
async function connectionFor(
  session: Session,
  protectedItemId: string,
  wanted: string | undefined,
): Promise<GraphConnection> {
  const records = await session.records();
  const item = records.protectedItems().find(({ id }) => id === protectedItemId);
  const organization = choose(records.organizations(), kinds.organization, wanted ?? item?.organizationId);
  return connectionOf(session, organization);
}

function plansText({ plans, busy }: { plans: readonly RestorePlan[]; busy: readonly string[] }): string {
  if (plans.length === 0 && busy.length === 0)
    return 'No restore to Microsoft 365 was planned on this machine. Make one with "holdfast plan".';
  const columns = [
    { title: 'Plan' },
    { title: 'Made' },
    { title: 'State' },
    { title: 'Snapshot' },
    { title: 'Items' },
  ];
  const rows = plans.map(({ id, createdAt, state, snapshot, steps }) => [
    id,
    dateText(createdAt),
    state,
    String(snapshot),
    String(steps.reduce((sum, { count }) => sum + count, 0)),
  ]);
  return tableText(columns, [...rows, ...busy.map((id) => [id, '', 'at work', '', ''])]);
}

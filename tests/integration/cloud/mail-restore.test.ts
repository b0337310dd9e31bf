/** Mail restored to Microsoft 365: planned, applied through trouble, compared by another program, and undone. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultRoles, restoreRoles } from '../../../src-simulator/options.ts';
import { isAppError } from '../../../src-shared/errors/app-error.ts';
import type { ApplyReport, RestorePlan } from '../../../src-shared/model/cloud-restore.ts';
import type { AccountRow } from '../../../src-shared/model/rows.ts';
import { BackupScene, reportOf, type Machine } from '../../support/backup-scene.ts';
import { checkAcceptedTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import { hasPython, pythonPath } from '../../support/other-programs.ts';
import { rateFreeLimits } from '../../support/rate-free-limits.ts';
import { order } from '../../support/simulator-control.ts';

type Request = Parameters<Machine['client']['plan']['make']>[0]['request'];

let scene: BackupScene;
let machine: Machine;
let account: AccountRow;
let trafficFile: string;

beforeAll(async () => {
  const folderPath = mkdtempSync(join(tmpdir(), 'holdfast-traffic-'));
  trafficFile = join(folderPath, 'traffic.ndjson');
  scene = await BackupScene.open({
    seed: 11,
    profile: 'sample',
    users: 2,
    messagesPerUser: 60,
    unreadableShare: 0,
    roles: [...defaultRoles, ...restoreRoles],
    trafficFile,
  });
  machine = await scene.machine('one', {
    graph: {
      throttleLimits: rateFreeLimits,
      retryLimits: { ...quick, attempts: 7, throttledAttempts: 25, budgetRatio: 1, budgetSize: 10_000 },
    },
  });
  await machine.backUp();
  [account] = (await machine.accounts()) as [AccountRow];
}, 60_000);
afterAll(async () => {
  await scene.close();
  rmSync(join(trafficFile, '..'), { recursive: true });
});

const quick = { firstDelayMs: 1, longestDelayMs: 5 };

const makePlan = (request: Request = {}): Promise<RestorePlan> =>
  machine.plan({ account: account.address, service: 'mail', ...request });
const stands = () => scene.truth([account]);

const inFolder = (name: string): Request => ({ location: { kind: 'folder', name } });
const stepsOf = ({ steps }: RestorePlan, wanted: string): number =>
  steps.reduce((sum, { action, count }) => sum + (action === wanted ? count : 0), 0);

interface MailFacts {
  readonly html: readonly string[];
  readonly text: readonly string[];
  readonly files: readonly (readonly [name: string, mediaType: string, sha256: string, contentId: string])[];
}

/** What Python's email package finds in the messages of a snapshot, by folder, in an order of their own. */
async function mailIn(place: { snapshot: number; folder?: string }): Promise<Map<string, MailFacts[]>> {
  const targetPath = mkdtempSync(join(scene.folderPath, 'read-'));
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, account: account.address };
  const restored = { ...scope, ...place, service: 'mail' as const, targetPath };
  await reportOf(await machine.client.restore.files(restored));
  const script = join(import.meta.dirname, '../../support/read-mail.py');
  const output = execFileSync(pythonPath, [script, targetPath], { encoding: 'utf8', maxBuffer: 1e9 });
  const folders = new Map<string, MailFacts[]>();
  const depth = place.folder === undefined ? 1 : 2;
  for (const [path, facts] of Object.entries(JSON.parse(output) as Record<string, MailFacts>)) {
    const folder = path.split('/').slice(depth, -1).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), facts]);
  }
  return folders;
}

/** As docs/restore-fidelity.md has it: Exchange makes the plain form of HTML anew, and attachments have names. */
function comparable(folders: Map<string, MailFacts[]>): Map<string, string[]> {
  const textOf = ({ html, text, files, ...facts }: MailFacts): string =>
    JSON.stringify({
      ...facts,
      html,
      text: html.length > 0 ? [] : text,
      files: files.map(([name, ...file]) => [
        /^(attachment|meeting|message) \d+/.test(name) ? '' : name,
        ...file,
      ]),
    });
  return new Map([...folders].map(([folder, all]) => [plainPath(folder), all.map(textOf).sort()]));
}

/** What lists show of the messages of a snapshot, as docs/restore-fidelity.md has it. */
async function listed(snapshot: number, root = ''): Promise<Map<string, string[]>> {
  const scope = { vault: machine.vault, protectedItemId: scene.item.id, snapshot, account: account.address };
  const found = new Map<string, string[]>();
  for (const { id, path } of await machine.client.snapshot.folders({ ...scope, service: 'mail' })) {
    if (!path.startsWith(root) || (root === '' && path.startsWith('Back'))) continue;
    const { items } = await machine.client.snapshot.items({
      ...scope,
      service: 'mail',
      folder: id,
      limit: 1000,
    });
    const texts = items.map(shown).sort();
    if (texts.length > 0) found.set(plainPath(path.slice(root.length)), texts);
  }
  return found;
}

const shown = ({ info }: { info: object }): string =>
  JSON.stringify({ ...info, conversation: undefined, attachments: undefined });
const plainPath = (path: string): string =>
  path
    .split('/')
    .map((name) => name.trim())
    .join('/');

describe('a mailbox that is restored below a folder', () => {
  let before: Awaited<ReturnType<typeof stands>>;
  let plan: RestorePlan;
  let applied: ApplyReport;

  beforeAll(async () => {
    before = await stands();
    plan = await makePlan(inFolder('Back'));
    applied = await machine.apply(plan);
    await machine.backUp();
  });

  test('has every message that was planned', () => {
    expect(plan.foldersToMake).toBeGreaterThan(3);
    expect(applied).toMatchObject({ created: stepsOf(plan, 'create'), skipped: 0, cannot: 0, failed: 0 });
    expect(applied.created).toBeGreaterThan(50);
  });

  test('shows in lists what it showed, dates and marks and all', async () => {
    expect(await listed(2, 'Back/')).toEqual(await listed(1));
  });

  test.skipIf(!hasPython('email'))('has what another program finds in the mail of before', async () => {
    const is = comparable(await mailIn({ snapshot: 2, folder: 'Back' }));
    expect(is).toEqual(comparable(await mailIn({ snapshot: 1 })));
  });

  test('gets nothing twice, by applying again or by another plan', async () => {
    expect(await machine.apply(plan)).toMatchObject({ created: 0, replaced: 0, failed: 0, requests: 0 });
    const again = await makePlan(inFolder('Back'));
    expect(stepsOf(again, 'create')).toBe(0);
    expect(stepsOf(again, 'skip')).toBe(applied.created);
  });

  test('is as before once that was undone', async () => {
    expect(await machine.undo(plan)).toMatchObject({ removed: applied.created, kept: 0, failed: 0 });
    expect(await stands()).toEqual(before);
    const error = await machine.apply(plan).catch((reason: unknown) => reason);
    expect(isAppError(error, 'input-invalid')).toBe(true);
  });
});

describe('through calls that are cut off before and after their work', () => {
  test('nothing is made twice and nothing is missing', async () => {
    const plan = await makePlan(inFolder('Trouble'));
    await order(scene.simulator, 'faults', {
      ...{ seed: 3, connectionReset: 0.15, truncatedBody: 0.1, invalidJson: 0.1, serverError500: 0.1 },
    });
    let report = await machine.apply(plan);
    for (let rest = 3; report.failed > 0 && rest > 0; rest -= 1) report = await machine.apply(plan);
    await order(scene.simulator, 'faults', {
      connectionReset: 0,
      truncatedBody: 0,
      invalidJson: 0,
      serverError500: 0,
    });
    expect(report.failed).toBe(0);
    const { snapshot } = await machine.backUp();
    expect(await listed(snapshot, 'Trouble/')).toEqual(await listed(1));
    await machine.undo(plan);
  });
});

describe('messages that stand there already', () => {
  test('are skipped', async () => {
    const plan = await makePlan();
    expect(plan.steps).toEqual([{ action: 'skip', reason: 'there-already', count: stepsOf(plan, 'skip') }]);
  });

  test('are replaced, and come back with an undo', async () => {
    const before = await stands();
    const plan = await makePlan({ conflict: 'replace' });
    const report = await machine.apply(plan);
    expect(report).toMatchObject({ created: 0, replaced: stepsOf(plan, 'replace'), failed: 0 });
    expect(report.replaced).toBeGreaterThan(50);
    expect(await stands()).not.toEqual(before);
    expect(await machine.undo(plan)).toMatchObject({
      removed: report.replaced,
      putBack: report.replaced,
      failed: 0,
    });
    expect(await stands()).toEqual(before);
  });

  test('are skipped where they were moved to another folder, alone and with all others', async () => {
    await order(scene.simulator, 'changes', { seed: 21, user: account.id, moved: 4 });
    const plan = await makePlan();
    expect(stepsOf(plan, 'create')).toBe(0);
    const moved = plan.steps.find(({ reason }) => reason === 'there-moved');
    expect(moved?.count).toBe(4);
    const { steps } = await machine.client.plan.steps({ vault: machine.vault, plan: plan.id, limit: 1000 });
    const { items } = await machine.client.search
      .items({
        vault: machine.vault,
        words: steps.find(({ reason }) => reason === 'there-moved')!.title,
      })
      .then(reportOf);
    const item = items.find((each) => each.account.id === account.id && each.firstSnapshot === 1)!.id;
    const alone = await makePlan({ item });
    expect(alone.steps.map(({ action, count }) => [action, count])).toEqual([['skip', 1]]);
  });
});

test('an application that may only read is told what is missing before anything is changed', async () => {
  await order(scene.simulator, 'roles', { roles: defaultRoles });
  try {
    const reader = await scene.machine('two', { graph: { throttleLimits: rateFreeLimits } });
    const plan = await reader.plan({ account: account.address, service: 'mail', ...inFolder('Never') });
    expect(plan).toMatchObject({ missingPermissions: ['Mail.ReadWrite'] });
    const error = await reader.apply(plan).catch((reason: unknown) => reason);
    expect(isAppError(error, 'permission-missing')).toBe(true);
  } finally {
    await order(scene.simulator, 'roles', { roles: [...defaultRoles, ...restoreRoles] });
  }
});

test.skipIf(!isGraphContractAvailable)('every call of a restore obeys the specification', () => {
  expect(checkAcceptedTraffic(trafficFile)).toMatchObject({ errors: 0 });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { AppError } from '../../../src-shared/errors/app-error.ts';
import { readSet, restoreSet } from '../../../src-shared/model/permission.ts';
import type {
  Registration,
  RegistrationProgress,
  RegistrationRequest,
  SignInPrompt,
} from '../../../src-shared/model/registration.ts';
import type { SimulatorOptions } from '../../../src-simulator/options.ts';
import type { RunningSimulator } from '../../../src-simulator/start-simulator.ts';
import { registerApplication } from '../../../src-worker/graph/register-application.ts';
import { grantedRoles } from '../../../src-worker/graph/sign-in.ts';
import { checkGraphTraffic, isGraphContractAvailable } from '../../support/graph-contract.ts';
import {
  areaTruth,
  closeAll,
  connectionTo,
  control,
  open,
  simulate,
  testServices,
} from './simulated-organization.ts';

afterEach(closeAll);

const briskPace = { pollMs: 30, replicationMs: 1_000, rolesMs: 2_000 };
const readNames = readSet.map(({ name }) => name).toSorted();
const graphCommandLine = '14d82eec-204b-4c2f-b7e8-296a70dab67e';

interface RegisteredLine {
  displayName: string;
  appId: string;
  servicePrincipalId: string | null;
  roles: string[];
}

/** A small organization whose directory is at once of one mind, unless the options say otherwise. */
const organization = (registration: SimulatorOptions['registration'] = {}, more: SimulatorOptions = {}) =>
  simulate({
    users: 3,
    messagesPerUser: 1,
    registration: { replicationMs: 0, rolesDelayMs: 0, deviceCodeIntervalSeconds: 0.1, ...registration },
    ...more,
  });

/** What was registered beside the application that is there from the start. */
const registered = async (simulator: RunningSimulator) =>
  (await areaTruth<RegisteredLine>(simulator, 'registration', 'all')).filter(
    ({ appId }) => appId !== simulator.clientId,
  );

interface Wish extends Partial<Omit<RegistrationRequest, 'region'>> {
  /** Whoever answers the prompt; user number 0, the administrator, unless given. */
  readonly user?: string;
  readonly signal?: AbortSignal;
  readonly onPrompt?: (prompt: SignInPrompt) => Promise<unknown>;
  readonly onProgress?: (progress: RegistrationProgress) => void;
}

/** Signs in as a person would: follows the browser's address, or enters the code. */
async function answerPrompt(simulator: RunningSimulator, prompt: SignInPrompt, user?: string): Promise<void> {
  if (prompt.kind === 'device-code') {
    await control(simulator, '/control/device-code/approve', { userCode: prompt.userCode, user });
    return;
  }
  await followBrowser(simulator, prompt.authorizeUrl);
}

/** What a browser does with the address, without the page in between. */
async function followBrowser(simulator: RunningSimulator, authorizeUrl: string): Promise<Response> {
  return fetch(await redirectOf(simulator, authorizeUrl));
}

async function redirectOf(simulator: RunningSimulator, authorizeUrl: string): Promise<string> {
  const { HttpNetwork } = await import('../../../src-worker/graph/http.ts');
  const network = new HttpNetwork({ caPem: simulator.caPem });
  const { origin, pathname, search } = new URL(authorizeUrl);
  const outcome = await network.send({
    origin,
    path: pathname + search,
    method: 'GET',
    headers: {},
    maxBytes: 1e6,
  });
  await network.close();
  if (outcome.kind !== 'complete') throw new Error('the sign-in page did not answer');
  return String(outcome.headers['location']);
}

async function register(simulator: RunningSimulator, wish: Wish = {}): Promise<Registration> {
  const { user, signal, onPrompt, onProgress, ...request } = wish;
  const answers: Promise<unknown>[] = [];
  const answer = onPrompt ?? ((prompt: SignInPrompt) => answerPrompt(simulator, prompt, user));
  try {
    return await registerApplication(
      {
        region: connectionTo(simulator).region,
        method: 'device-code',
        applicationName: 'Holdfast of Nordlicht',
        credentialKind: 'certificate',
        withRestore: false,
        ...request,
      },
      {
        ...testServices,
        pace: briskPace,
        signal,
        onProgress: (progress) => {
          if (progress.step === 'sign-in') answers.push(answer(progress.prompt));
          onProgress?.(progress);
        },
      },
    );
  } finally {
    await Promise.all(answers);
  }
}

const refusalOf = (work: Promise<unknown>): Promise<AppError> =>
  work.then(
    () => {
      throw new Error('it was not refused');
    },
    (reason: unknown) => reason as AppError,
  );

describe('a registration', () => {
  test.each(['device-code', 'browser'] as const)(
    'by %s makes an application that can read',
    async (method) => {
      const autoApproveUser = (await firstUsers())[0]!;
      const simulator = await organization({}, { autoApproveUser });
      const steps: string[] = [];
      const made = await register(simulator, { method, onProgress: ({ step }) => steps.push(step) });
      expect(made).toMatchObject({ unavailable: [], pending: [], applicationName: 'Holdfast of Nordlicht' });
      expect([...new Set(steps)]).toEqual([
        'sign-in',
        'create-credential',
        'create-application',
        'create-service-principal',
        'assign-roles',
        'wait-for-roles',
      ]);
      const graph = open(made.connection);
      expect(grantedRoles(await graph.authorization()).toSorted()).toEqual(readNames);
      const [line] = await registered(simulator);
      expect(line).toMatchObject({ displayName: 'Holdfast of Nordlicht', appId: made.connection.clientId });
    },
  );

  test('makes a certificate on this machine that ends in two years', async () => {
    const made = await register(await organization());
    const { credential } = made.connection;
    if (credential.kind !== 'certificate') throw new Error('no certificate');
    const certificate = new X509Certificate(credential.certificatePem);
    expect(certificate.validToDate.toISOString()).toBe(made.expiresAt);
    const days = (certificate.validToDate.getTime() - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(728);
    expect(days).toBeLessThan(731);
  });

  test('with a secret gets one that ends in half a year', async () => {
    const made = await register(await organization(), { credentialKind: 'secret' });
    expect(made.connection.credential.kind).toBe('secret');
    expect(grantedRoles(await open(made.connection).authorization())).toHaveLength(readSet.length);
    const days = (Date.parse(made.expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(180);
  });

  test('asks for the restore set only when told to', async () => {
    const made = await register(await organization(), { withRestore: true });
    expect(made.granted).toHaveLength(readSet.length + restoreSet.length);
    const roles = grantedRoles(await open(made.connection).authorization());
    expect(roles).toContain('Mail.ReadWrite');
  });

  test('signs in with another public client by naming its scopes', async () => {
    const made = await register(await organization(), { bootstrapClientId: graphCommandLine });
    expect(made.pending).toEqual([]);
  });

  test('waits until the directory and the tokens know of everything', async () => {
    const simulator = await organization({ replicationMs: 300, rolesDelayMs: 300 });
    const seen: number[] = [];
    const made = await register(simulator, {
      onProgress: (progress) => {
        if (progress.step === 'wait-for-roles') seen.push(progress.seen);
      },
    });
    expect(made.pending).toEqual([]);
    expect(seen.length).toBeGreaterThan(2);
  });

  test('says which roles did not come in time, and keeps what was made', async () => {
    const simulator = await organization({ rolesDelayMs: 60_000 });
    const made = await register(simulator);
    expect(made.pending.toSorted()).toEqual(readNames);
    expect(await registered(simulator)).toHaveLength(1);
  });

  test.skipIf(!isGraphContractAvailable)('speaks with Graph as its specification says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'registration-'));
    const trafficFile = join(folder, 'traffic.ndjson');
    const simulator = await organization({ replicationMs: 100 }, { trafficFile });
    await register(simulator);
    await register(simulator, { credentialKind: 'secret' });
    await control(simulator, '/control/registration', {
      refusedOperations: ['servicePrincipals.CreateAppRoleAssignedTo'],
    });
    await refusalOf(register(simulator));
    await simulator.close();
    const verdict = checkGraphTraffic(trafficFile);
    expect(verdict).toMatchObject({ errors: 0 });
    rmSync(folder, { recursive: true });
  });
});

/** Names of users of any such organization: they follow from its seed. */
async function firstUsers(): Promise<string[]> {
  const { z } = await import('zod');
  const simulator = await organization();
  const schema = z.object({ value: z.array(z.object({ userPrincipalName: z.string() })) });
  const { value } = await open(connectionTo(simulator)).getJson('/users', { schema });
  return value.map(({ userPrincipalName }) => userPrincipalName);
}

describe('a refused registration leaves nothing behind', () => {
  test('of somebody who is no administrator', async () => {
    const [, user = ''] = await firstUsers();
    const simulator = await organization();
    const error = await refusalOf(register(simulator, { user }));
    expect(error.code).toBe('administrator-required');
    expect(await registered(simulator)).toEqual([]);
  });

  test('with a secret that a policy forbids', async () => {
    const simulator = await organization({ areSecretsForbidden: true });
    const error = await refusalOf(register(simulator, { credentialKind: 'secret' }));
    expect(error).toMatchObject({
      code: 'secret-forbidden',
      message: expect.stringContaining('certificate') as string,
    });
    expect(await registered(simulator)).toEqual([]);
  });

  test.each([
    'CreateApplications',
    'CreateServicePrincipals',
    'servicePrincipals.CreateAppRoleAssignedTo',
    'GetServicePrincipalsByAppId',
  ])('when %s is refused', async (operation) => {
    const simulator = await organization({ refusedOperations: [operation] });
    expect((await refusalOf(register(simulator))).code).toBe('administrator-required');
    expect(await registered(simulator)).toEqual([]);
  });

  test('or names what could not be removed', async () => {
    const simulator = await organization({
      refusedOperations: ['CreateServicePrincipals', 'DeleteApplications'],
    });
    const error = await refusalOf(register(simulator));
    const [line] = await registered(simulator);
    expect(error).toMatchObject({
      code: 'registration-left-behind',
      details: { reason: 'administrator-required' },
      message: expect.stringContaining(line!.appId) as string,
    });
  });

  test('when the directory never learns of the application', async () => {
    const simulator = await organization({ replicationMs: 60_000 });
    const error = await refusalOf(register(simulator));
    expect(error.code).toBe('request-rejected');
    expect(await registered(simulator)).toEqual([]);
  });

  test('when answers are lost on the way', async () => {
    const simulator = await organization();
    await register(simulator, {
      onProgress: ({ step }) => {
        if (step === 'create-credential')
          void control(simulator, '/control/faults', { connectionReset: 0.5, maxInARow: 1 });
      },
    }).catch(() => undefined);
    const lines = await registered(simulator);
    expect(lines.length).toBeLessThanOrEqual(1);
    for (const line of lines) expect(line.servicePrincipalId).not.toBeNull();
  });
});

describe('a stopped registration leaves nothing behind', () => {
  const steps = [
    'sign-in',
    'create-credential',
    'create-application',
    'create-service-principal',
    'assign-roles',
    'wait-for-roles',
  ];

  test.each(steps)('in the step %s', async (step) => {
    const simulator = await organization({ replicationMs: 100, rolesDelayMs: 60_000 });
    const stop = new AbortController();
    const error = await refusalOf(
      register(simulator, {
        signal: stop.signal,
        onProgress: (progress) => {
          if (progress.step === step) stop.abort();
        },
      }),
    );
    expect(error.code).toBe('cancelled');
    expect(await registered(simulator)).toEqual([]);
  });

  test('at once, while a browser is waited for', async () => {
    const simulator = await organization();
    const startMs = performance.now();
    const error = await refusalOf(
      register(simulator, {
        method: 'browser',
        signal: AbortSignal.timeout(300),
        onPrompt: () => Promise.resolve(),
      }),
    );
    expect(error.code).toBe('cancelled');
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

describe('signing in', () => {
  test('an answer with another state is turned away, and the right one still counts', async () => {
    const simulator = await organization({}, { autoApproveUser: (await firstUsers())[0]! });
    const statuses: number[] = [];
    const made = await register(simulator, {
      method: 'browser',
      onPrompt: async (prompt) => {
        if (prompt.kind !== 'browser') throw new Error('no browser');
        const redirect = new URL(await redirectOf(simulator, prompt.authorizeUrl));
        const wrong = new URL(redirect);
        wrong.searchParams.set('state', 'somebody-else');
        statuses.push((await fetch(wrong)).status, (await fetch(new URL('/favicon.ico', redirect))).status);
        const page = await fetch(redirect);
        statuses.push(page.status);
        expect(await page.text()).not.toContain(redirect.searchParams.get('code'));
      },
    });
    expect(statuses).toEqual([400, 400, 200]);
    expect(made.pending).toEqual([]);
  });

  test('a browser that brings back a refusal ends it', async () => {
    const simulator = await organization();
    const error = await refusalOf(register(simulator, { method: 'browser' }));
    expect(error.code).toBe('sign-in-declined');
  });

  test('a declined device code ends it', async () => {
    const simulator = await organization();
    const onPrompt = () => control(simulator, '/control/device-code/decline', {});
    expect((await refusalOf(register(simulator, { onPrompt }))).code).toBe('sign-in-declined');
  });

  test('a device code that nobody enters ends in time', async () => {
    const simulator = await organization();
    await control(simulator, '/control/device-code/lifetime', { lifetimeSeconds: 1 });
    const onPrompt = () => Promise.resolve();
    expect((await refusalOf(register(simulator, { onPrompt }))).code).toBe('sign-in-code-expired');
  });

  test('a policy against device codes is named', async () => {
    const simulator = await organization({ isDeviceCodeBlocked: true });
    expect((await refusalOf(register(simulator))).code).toBe('sign-in-blocked');
  });

  test('a public client that the organization does not know is named', async () => {
    const simulator = await organization();
    const bootstrapClientId = '11111111-2222-4333-8444-555555555555';
    const error = await refusalOf(register(simulator, { bootstrapClientId }));
    expect(error.code).toBe('sign-in-application-unknown');
  });
});

/**
 * The registration wizard: an administrator signs in, and an application comes into being that may read the
 * organization. Either all of it exists in the end, or nothing: a registration that fails or is stopped removes what it
 * made, and when even that fails its error names what is left.
 */
import { AppError, isAppError } from '../../src-shared/errors/app-error.ts';
import type { Credential, GraphConnection } from '../../src-shared/model/connection.ts';
import { exportSet, readSet, restoreSet, type Permission } from '../../src-shared/model/permission.ts';
import type {
  Registration,
  RegistrationProgress,
  RegistrationRequest,
} from '../../src-shared/model/registration.ts';
import { defaultBootstrapClientId, signInAdministrator, throwIfStopped } from './administrator-sign-in.ts';
import { makeCertificate, type MadeCertificate } from './application-certificate.ts';
import { DirectoryCalls } from './directory-calls.ts';
import { defaultPace, DirectoryObjects, sleepOrStop, type RegistrationPace } from './directory-objects.ts';
import type { GraphServices } from './graph-client.ts';
import { HttpNetwork } from './http.ts';
import { addressesOf } from './regions.ts';
import { RetryPolicy } from './retry-policy.ts';
import { grantedRoles, SignIn, type SignInServices } from './sign-in.ts';

/** How a registration is followed and stopped. */
export interface RegistrationServices extends GraphServices {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (progress: RegistrationProgress) => void;
  readonly pace?: RegistrationPace | undefined;
}

/** What the steps share. */
interface Work extends SignInServices {
  readonly request: RegistrationRequest;
  readonly pace: RegistrationPace;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: RegistrationProgress) => void;
}

const certificateLifetimeMs = 2 * 365 * 86_400_000;
/** Policies often allow a secret for half a year, and seldom for more. */
const secretLifetimeMs = 180 * 86_400_000;

/** The permissions that a registration asks for. */
export function wantedPermissions({
  withRestore,
  withExport = false,
}: Pick<RegistrationRequest, 'withRestore' | 'withExport'>): readonly Permission[] {
  return [...readSet, ...(withExport ? exportSet : []), ...(withRestore ? restoreSet : [])];
}

/** Rejects with `cancelled`, `sign-in-*`, `administrator-required`, `secret-forbidden`, `registration-left-behind` or a
 * code of the network. */
export async function registerApplication(
  request: RegistrationRequest,
  services: RegistrationServices,
): Promise<Registration> {
  const { clock, random, signal, onProgress, pace = defaultPace } = services;
  const { caPem, graphRoot } = addressesOf(request.region);
  const network = new HttpNetwork({ ...services.network, caPem });
  const policy = new RetryPolicy(random, services.retryLimits);
  const work: Work = { request, network, clock, policy, pace, signal, onProgress };
  try {
    const administrator = await signInAdministrator(
      {
        region: request.region,
        method: request.method,
        bootstrapClientId: request.bootstrapClientId ?? defaultBootstrapClientId,
      },
      { network, clock, signal, onPrompt: (prompt) => onProgress({ step: 'sign-in', prompt }) },
    );
    const { authorization, tenantId, userName } = administrator;
    const userAgent = `ISV|Holdfast|Holdfast/${services.productVersion}`;
    const calls = new DirectoryCalls({ graphRoot, userAgent, authorization, network, clock, policy });
    const objects = new DirectoryObjects({ calls, clock, pace, signal });
    return await orNothing(work, objects, () => makeAll(work, objects, { tenantId, userName }));
  } finally {
    await network.close();
  }
}

/** Runs the steps; whatever goes wrong, removes what they made. */
async function orNothing<T>(work: Work, objects: DirectoryObjects, steps: () => Promise<T>): Promise<T> {
  try {
    return await steps();
  } catch (error) {
    work.onProgress({ step: 'clean-up' });
    const left = await objects.removeAll();
    if (left.length === 0) throw withoutTrace(error);
    const why = isAppError(error) ? error.message : 'The registration failed.';
    throw new AppError(
      'registration-left-behind',
      `${why} What had been created could not be removed. Delete by hand in the Entra admin center, under App registrations: ${left.join('; ')}.`,
      { cause: error, details: { left: left.join('; '), ...(isAppError(error) && { reason: error.code }) } },
    );
  }
}

/** The same error, saying that the organization is as it was. */
function withoutTrace(error: unknown): unknown {
  if (!isAppError(error)) return error;
  const { code, details, retryable } = error;
  const what = code === 'cancelled' ? 'The registration was stopped.' : error.message;
  const message = `${what} What had been created was removed again, so nothing of it is left in the organization.`;
  return new AppError(code, message, { details, retryable, cause: error });
}

async function makeAll(
  work: Work,
  objects: DirectoryObjects,
  { tenantId, userName }: { tenantId: string; userName: string },
): Promise<Registration> {
  const { request, onProgress } = work;
  const { applicationName, region } = request;
  onProgress({ step: 'create-credential' });
  const certificate = await certificateFor(work);
  throwIfStopped(work.signal);
  onProgress({ step: 'create-application', tenantId, userName });
  const { resourceId, found, unavailable } = await objects.lookUp(wantedPermissions(request));
  const clientId = await objects.createApplication({
    displayName: applicationName,
    permissions: found,
    ...(certificate && { certificate: { der: certificate.der, displayName: 'Holdfast' } }),
  });
  const { credential, expiresAt } = await credentialFor(work, objects, certificate);
  onProgress({ step: 'create-service-principal', clientId });
  await objects.createPrincipal();
  for (const [done, permission] of found.entries()) {
    onProgress({ step: 'assign-roles', done, total: found.length });
    await objects.assign(permission, resourceId);
  }
  const connection = { region, tenantId, clientId, credential };
  const granted = found.map(({ name }) => name);
  const pending = await waitForRoles(work, connection, granted);
  return { connection, applicationName, expiresAt, granted, unavailable: [...unavailable], pending };
}

async function certificateFor({ request, clock }: Work): Promise<MadeCertificate | undefined> {
  if (request.credentialKind !== 'certificate') return undefined;
  return makeCertificate({
    commonName: request.applicationName,
    nowMs: clock.nowMs(),
    lifetimeMs: certificateLifetimeMs,
  });
}

async function credentialFor(
  { clock }: Work,
  objects: DirectoryObjects,
  certificate: MadeCertificate | undefined,
): Promise<{ credential: Credential; expiresAt: string }> {
  if (certificate !== undefined) {
    const { credential, expiresAtMs } = certificate;
    return { credential, expiresAt: new Date(expiresAtMs).toISOString() };
  }
  const { secret, expiresAt } = await objects.addSecret('Holdfast', clock.nowMs() + secretLifetimeMs);
  return { credential: { kind: 'secret', secret }, expiresAt };
}

/**
 * Asks for fresh tokens of the application until they carry every role; answers the roles that never came. A service
 * that does not know the new application yet refuses it in many words, so every refusal is waited out until then.
 */
async function waitForRoles(
  work: Work,
  connection: GraphConnection,
  granted: readonly string[],
): Promise<string[]> {
  const { clock, pace, onProgress } = work;
  const untilMs = clock.nowMs() + pace.rolesMs;
  let seen: readonly string[] = [];
  for (;;) {
    throwIfStopped(work.signal);
    onProgress({ step: 'wait-for-roles', seen: seen.length, total: granted.length });
    const outcome = await tokenOf(new SignIn(connection, work));
    if (typeof outcome === 'string') seen = grantedRoles(outcome).filter((role) => granted.includes(role));
    const pending = granted.filter((role) => !seen.includes(role));
    if (pending.length === 0) return [];
    if (clock.nowMs() >= untilMs) {
      if (typeof outcome !== 'string') throw outcome;
      return pending;
    }
    await sleepOrStop(work, pace.pollMs);
  }
}

/** The Authorization header of a fresh token, or why there is none yet. */
async function tokenOf(signIn: SignIn): Promise<string | AppError> {
  try {
    return await signIn.authorization();
  } catch (error) {
    if (isAppError(error) && error.code.startsWith('sign-in-')) return error;
    throw error;
  }
}

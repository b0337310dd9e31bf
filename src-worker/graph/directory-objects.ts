/**
 * What a registration makes in the directory, and the order to take it away again. Every object carries the tag of its
 * registration, so that one whose creation got no answer is found, and neither made twice nor left behind.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Clock } from '../../src-shared/model/clock.ts';
import type { Permission } from '../../src-shared/model/permission.ts';
import { throwIfStopped } from './administrator-sign-in.ts';
import type { DirectoryCall, DirectoryCalls, DirectoryOutcome } from './directory-calls.ts';
import { wordsFor } from './error-words.ts';
import type { Failure } from './failure.ts';
import { requireShape } from './json-body.ts';
import { graphPath, withQuery } from './paths.ts';

/** How long to wait for the directory, and between two looks. */
export interface RegistrationPace {
  readonly pollMs: number;
  readonly replicationMs: number;
  readonly rolesMs: number;
}

export const defaultPace: RegistrationPace = { pollMs: 2_000, replicationMs: 120_000, rolesMs: 300_000 };

export interface DirectoryWork {
  readonly calls: DirectoryCalls;
  readonly clock: Clock;
  readonly pace: RegistrationPace;
  readonly signal: AbortSignal | undefined;
}

export interface NewApplication {
  readonly displayName: string;
  readonly permissions: readonly Permission[];
  /** DER of the certificate; without it, the application starts without a credential. */
  readonly certificate?: { readonly der: Buffer; readonly displayName: string };
}

const graphAppId = '00000003-0000-0000-c000-000000000000';
const applicationSchema = z.object({ id: z.string(), appId: z.guid() });
const listSchema = z.object({ value: z.array(applicationSchema) });
const principalSchema = z.object({ id: z.string() });
const passwordSchema = z.object({
  secretText: z.string().min(1),
  endDateTime: z.iso.datetime({ offset: true }),
});
const resourceSchema = z.object({
  id: z.string(),
  appRoles: z.array(z.object({ id: z.guid(), value: z.string().nullish() })),
});

/** A permission with the id that this tenant's Graph has for it; the ids of clouds may differ. */
interface KnownPermissions {
  readonly resourceId: string;
  readonly found: readonly Permission[];
  readonly unavailable: readonly string[];
}

/** The objects of one registration. All methods reject with `AppError`. */
export class DirectoryObjects {
  readonly #work: DirectoryWork;
  readonly #tag = `holdfast-registration-${randomUUID()}`;
  #application: { readonly id: string; readonly appId: string; readonly name: string } | undefined;
  #principalId: string | undefined;
  /** Name of an application whose creation got no answer. */
  #uncertain: string | undefined;

  constructor(work: DirectoryWork) {
    this.#work = work;
  }

  /** Finds the wanted permissions among the roles of this tenant's Graph. */
  async lookUp(wanted: readonly Permission[]): Promise<KnownPermissions> {
    const path = `/servicePrincipals(appId='${graphAppId}')?$select=id,appRoles`;
    const { id, appRoles } = requireShape(resourceSchema, await this.#must({ method: 'GET', path }));
    if (appRoles.length === 0) return { resourceId: id, found: wanted, unavailable: [] };
    const ids = new Map(appRoles.map((role) => [role.value ?? '', role.id]));
    return {
      resourceId: id,
      found: wanted.flatMap((each) => {
        const roleId = ids.get(each.name);
        return roleId === undefined ? [] : [{ ...each, id: roleId }];
      }),
      unavailable: wanted.filter(({ name }) => !ids.has(name)).map(({ name }) => name),
    };
  }

  /** Makes the application; answers the id that it signs in with. */
  async createApplication(wish: NewApplication): Promise<string> {
    const { displayName, permissions, certificate } = wish;
    throwIfStopped(this.#work.signal);
    const body = {
      displayName,
      signInAudience: 'AzureADMyOrg',
      tags: [this.#tag],
      requiredResourceAccess: [
        {
          resourceAppId: graphAppId,
          resourceAccess: permissions.map(({ id }) => ({ id, type: 'Role' })),
        },
      ],
      ...(certificate === undefined ? {} : { keyCredentials: [keyCredential(certificate)] }),
    };
    this.#uncertain = displayName;
    const outcome = await this.#work.calls.send({ method: 'POST', path: '/applications', body });
    const json = outcome.isDone ? outcome.json : await this.#findUnanswered(outcome);
    const { id, appId } = requireShape(applicationSchema, json);
    this.#application = { id, appId, name: displayName };
    this.#uncertain = undefined;
    return appId;
  }

  /** Makes a secret; its text is told this once. */
  async addSecret(displayName: string, endsAtMs: number): Promise<{ secret: string; expiresAt: string }> {
    const path = graphPath`/applications/${this.#required().id}/addPassword`;
    const endDateTime = new Date(endsAtMs).toISOString();
    const body = { passwordCredential: { displayName, endDateTime } };
    const json = await this.#whenReplicated({ method: 'POST', path, body }, forbiddenSecret);
    const { secretText, endDateTime: granted } = requireShape(passwordSchema, json);
    return { secret: secretText, expiresAt: new Date(granted).toISOString() };
  }

  async createPrincipal(): Promise<void> {
    const { appId } = this.#required();
    const body = { appId };
    const json = await this.#whenReplicated(
      { method: 'POST', path: '/servicePrincipals', body },
      // It may be there already, when an earlier answer was lost.
      ({ failure }) => (isAnswer(failure, 409) ? 'look' : undefined),
    );
    const path = `/servicePrincipals(appId='${appId}')?$select=id`;
    const principal = json === undefined ? await this.#must({ method: 'GET', path }) : json;
    this.#principalId = requireShape(principalSchema, principal).id;
  }

  /** Grants one permission: this is the administrator's consent. */
  async assign(permission: Permission, resourceId: string): Promise<void> {
    const body = { principalId: this.#principalId ?? '', resourceId, appRoleId: permission.id };
    const path = graphPath`/servicePrincipals/${resourceId}/appRoleAssignedTo`;
    await this.#whenReplicated({ method: 'POST', path, body }, ({ failure }) =>
      failure.kind === 'answer' && /already exists/i.test(failure.graphMessage) ? 'look' : undefined,
    );
  }

  /** Takes everything away again, as far as it was made; answers the names of what could not be removed. */
  async removeAll(): Promise<string[]> {
    const isKnown = this.#uncertain === undefined || (await this.#findCreated()) !== 'unknown';
    if (!isKnown) return [`application "${this.#uncertain ?? ''}" (perhaps)`];
    if (this.#application === undefined) return [];
    const { id, appId, name } = this.#application;
    const isPrincipalGone =
      this.#principalId === undefined ||
      (await this.#remove(graphPath`/servicePrincipals/${this.#principalId}`));
    const isApplicationGone = await this.#remove(graphPath`/applications/${id}`);
    // The directory removes the principal with its application.
    if (isApplicationGone) return [];
    const left = [`application "${name}" (${appId})`];
    return isPrincipalGone ? left : [...left, `enterprise application "${name}"`];
  }

  /** A deletion that the directory does not know of yet is tried again before it is believed. */
  async #remove(path: string): Promise<boolean> {
    const { calls, clock, pace } = this.#work;
    for (let attempt = 1; ; attempt++) {
      const outcome = await calls.send({ method: 'DELETE', path });
      if (outcome.isDone) return true;
      const isMissing = isAnswer(outcome.failure, 404);
      if (attempt === 3 || !isMissing) return isMissing;
      await clock.sleep(pace.pollMs);
    }
  }

  /** A creation without an answer may have happened. */
  async #findUnanswered(outcome: DirectoryOutcome & { isDone: false }): Promise<unknown> {
    const { failure, error } = outcome;
    const isRefused = failure.kind === 'answer' && failure.status < 500;
    if (isRefused) {
      this.#uncertain = undefined;
      throw meantFor(error);
    }
    const found = await this.#findCreated();
    if (found === 'unknown' || found === 'nothing') throw meantFor(error);
    return found;
  }

  /** Looks for the application whose creation got no answer. Works after a stop too: cleaning up needs it. */
  async #findCreated(): Promise<{ id: string; appId: string } | 'nothing' | 'unknown'> {
    const { calls, clock, pace } = this.#work;
    await clock.sleep(pace.pollMs);
    const query = { $filter: `tags/any(t:t eq '${this.#tag}')`, $select: 'id,appId' };
    const outcome = await calls.send({ method: 'GET', path: withQuery('/applications', query) });
    const list = outcome.isDone ? listSchema.safeParse(outcome.json) : undefined;
    if (list?.success !== true) return 'unknown';
    const [found] = list.data.value;
    if (found === undefined) return 'nothing';
    this.#application = { ...found, name: this.#uncertain ?? '' };
    this.#uncertain = undefined;
    return found;
  }

  #required(): { readonly id: string; readonly appId: string } {
    if (this.#application === undefined) throw new Error('the application was not created yet');
    return this.#application;
  }

  async #must(call: DirectoryCall): Promise<unknown> {
    throwIfStopped(this.#work.signal);
    const outcome = await this.#work.calls.send(call);
    if (outcome.isDone) return outcome.json;
    throw meantFor(outcome.error);
  }

  /** Repeats a call that only fails because the directory has not heard of a new object everywhere. `judge` may turn
   * a refusal into an error of its own, or say that the object is there (then the answer is undefined). */
  async #whenReplicated(
    call: DirectoryCall,
    judge: (refused: DirectoryOutcome & { isDone: false }) => AppError | 'look' | undefined,
  ): Promise<unknown> {
    const { calls, clock, pace, signal } = this.#work;
    const untilMs = clock.nowMs() + pace.replicationMs;
    for (;;) {
      throwIfStopped(signal);
      const outcome = await calls.send(call);
      if (outcome.isDone) return outcome.json;
      const verdict = judge(outcome);
      if (verdict === 'look') return undefined;
      if (verdict !== undefined) throw verdict;
      if (!isNotReplicated(outcome.failure) || clock.nowMs() >= untilMs) throw meantFor(outcome.error);
      await sleepOrStop(this.#work, pace.pollMs);
    }
  }
}

/** Waits; rejects with `cancelled` when the signal aborts. */
export async function sleepOrStop(
  { clock, signal }: Pick<DirectoryWork, 'clock' | 'signal'>,
  delayMs: number,
): Promise<void> {
  await clock.sleep(delayMs, signal).catch((error: unknown) => {
    throwIfStopped(signal);
    throw error;
  });
}

function keyCredential({ der, displayName }: NonNullable<NewApplication['certificate']>): object {
  return { type: 'AsymmetricX509Cert', usage: 'Verify', key: der.toString('base64'), displayName };
}

function isAnswer(failure: Failure, status: number): boolean {
  return failure.kind === 'answer' && failure.status === status;
}

/** The words differ by operation; the status alone does not tell a new object from a wrong id. */
function isNotReplicated(failure: Failure): boolean {
  if (failure.kind !== 'answer') return false;
  if (failure.status === 404) return true;
  const isUnknownObject = /does not (exist|reference)|not a valid reference|was not found/i;
  return failure.status === 400 && isUnknownObject.test(failure.graphMessage);
}

function forbiddenSecret({ failure }: { readonly failure: Failure }): AppError | undefined {
  if (failure.kind !== 'answer' || ![400, 403].includes(failure.status)) return undefined;
  if (!/policy/i.test(`${failure.graphCode} ${failure.graphMessage}`)) return undefined;
  return new AppError('secret-forbidden', wordsFor('secret-forbidden'));
}

/** Here it is the person who lacks a right, and not the application of a backup. */
function meantFor(error: AppError): AppError {
  if (!['permission-missing', 'access-denied'].includes(error.code)) return error;
  return new AppError('administrator-required', wordsFor('administrator-required'), {
    details: error.details,
    cause: error,
  });
}

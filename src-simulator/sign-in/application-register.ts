/** All applications of the tenant: the one that tests and the tour are given, and those that were registered since. */
import { randomUUID } from 'node:crypto';
import { mix } from '../chance.ts';
import { objectIdOf } from '../directory/object-id.ts';
import type { ResolvedOptions } from '../options.ts';
import { Application } from './application.ts';

export class ApplicationRegister {
  /** The application that is there from the start. */
  readonly first: Application;
  readonly #all = new Map<string, Application>();

  constructor(options: ResolvedOptions) {
    this.first = firstApplication(options);
    this.add(this.first);
  }

  get tenantId(): string {
    return this.first.tenantId;
  }

  all(): readonly Application[] {
    return [...this.#all.values()];
  }

  add(application: Application): void {
    this.#all.set(application.clientId, application);
  }

  remove(application: Application): void {
    this.#all.delete(application.clientId);
  }

  /** By the id that it signs in with. */
  find(clientId: string): Application | undefined {
    return this.#all.get(clientId.toLowerCase());
  }

  /** By the id of the application object. */
  findObject(objectId: string): Application | undefined {
    return this.all().find(({ plan }) => plan.objectId === objectId.toLowerCase());
  }

  /** By the id of its service principal. */
  findPrincipal(id: string): Application | undefined {
    return this.all().find(({ plan }) => plan.servicePrincipalId === id.toLowerCase());
  }
}

function firstApplication(options: ResolvedOptions): Application {
  const { seed } = options;
  const application = new Application({
    tenantId: objectIdOf(seed, 90, 1),
    objectId: objectIdOf(seed, 95, 1),
    clientId: objectIdOf(seed, 91, 1),
    displayName: 'Backup',
    servicePrincipalId: objectIdOf(seed, 92, 1),
    knownFromMs: 0,
  });
  application.setRoles(options.roles);
  application.sharePointRoles = options.sharePointRoles;
  application.addSecret({
    value: secretValue(seed),
    expiresAtMs: Infinity,
    keyId: randomUUID(),
    displayName: null,
  });
  for (const pem of options.certificates) application.registerCertificate(pem);
  return application;
}

/** A text that looks like Microsoft's secrets: 40 characters with ~ and dots. */
function secretValue(seed: number): string {
  const hash = [1, 2, 3, 4].map((n) => mix(seed, 93, n).toString(36).padStart(7, 'q'));
  return `sim8Q~${hash.join('').padEnd(34, '.').slice(0, 34)}`;
}

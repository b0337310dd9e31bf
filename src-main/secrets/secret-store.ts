/** Where secrets are kept: an interface, because a desktop has a keyring and a server has a sealed file. */

/** Names of secrets to their values; no value is ever logged or shown. */
export interface SecretStore {
  /** The secret, or undefined where there is none of that name. */
  get(name: string): Promise<string | undefined>;
  set(name: string, value: string): Promise<void>;
  /** Forgets a secret; one that is not there is fine. */
  delete(name: string): Promise<void>;
}

/** The name of an organization's credential. */
export function credentialName(organizationId: string): string {
  return `organization ${organizationId}`;
}

/** The name of what opens a vault. */
export function vaultKeyName(vaultId: string): string {
  return `vault ${vaultId}`;
}

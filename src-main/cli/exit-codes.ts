/** What the exit code of a command says. The table is complete by its type: a new error code needs a line here. */
import type { ErrorCode } from '../../src-shared/errors/error-code.ts';

/** Exit codes by name, with the words of `holdfast --help` and docs/command-line.md. */
export const exitCodes = {
  ok: { code: 0, meaning: 'done, nothing is missing' },
  internal: { code: 1, meaning: 'a fault in Holdfast itself, or a demo that found a difference' },
  input: { code: 2, meaning: 'the command line is not right, or names something that does not exist' },
  partial: { code: 3, meaning: 'done, but something is missing; the answer says what' },
  signIn: { code: 4, meaning: 'Microsoft 365 refused the sign-in, or a permission is missing' },
  network: { code: 5, meaning: 'Microsoft 365 could not be reached, or did not answer as it should' },
  vault: { code: 6, meaning: 'the vault cannot be opened, or is damaged; or the stored secrets are locked' },
  store: { code: 7, meaning: 'the place of the vault is full, read-only or not reachable' },
  target: { code: 8, meaning: 'the target of a restore cannot be written' },
  busy: { code: 9, meaning: 'another run is writing to this vault' },
  cancelled: { code: 130, meaning: 'stopped by you; a backup keeps what it had' },
} as const;

export type ExitName = keyof typeof exitCodes;

/** The exit of each cause. */
export const exitOf: Readonly<Record<ErrorCode, ExitName>> = {
  'sign-in-tenant-unknown': 'signIn',
  'sign-in-application-unknown': 'signIn',
  'sign-in-secret-wrong': 'signIn',
  'sign-in-secret-expired': 'signIn',
  'sign-in-certificate-rejected': 'signIn',
  'sign-in-failed': 'signIn',
  'sign-in-declined': 'signIn',
  'sign-in-code-expired': 'signIn',
  'sign-in-blocked': 'signIn',
  'administrator-required': 'signIn',
  'secret-forbidden': 'signIn',
  'registration-left-behind': 'signIn',
  'settings-file-locked': 'vault',
  'permission-missing': 'signIn',
  'access-denied': 'signIn',
  'network-unreachable': 'network',
  'tls-failed': 'network',
  'request-timed-out': 'network',
  throttled: 'network',
  'service-unavailable': 'network',
  'response-invalid': 'network',
  'request-rejected': 'network',
  'delta-expired': 'network',
  'delta-unsupported': 'network',
  'not-in-this-cloud': 'partial',
  'export-not-permitted': 'signIn',
  'account-unknown': 'input',
  'account-ambiguous': 'input',
  'group-empty': 'partial',
  'group-too-large': 'partial',
  'account-without-mailbox': 'input',
  'account-without-drive': 'input',
  'site-locked': 'partial',
  'collection-gone': 'input',
  'item-gone': 'input',
  'item-corrupt': 'partial',
  'item-too-large': 'partial',
  'item-infected': 'partial',
  'item-changed': 'partial',
  'item-unreadable': 'partial',
  'vault-not-found': 'vault',
  'vault-exists': 'vault',
  'vault-key-wrong': 'vault',
  'vault-key-downgraded': 'vault',
  'vault-format-newer': 'vault',
  'vault-damaged': 'vault',
  'pack-missing': 'vault',
  'pack-damaged': 'vault',
  'chunk-missing': 'vault',
  'secret-store-locked': 'vault',
  'vault-busy': 'busy',
  'vault-session-fenced': 'busy',
  'store-full': 'store',
  'store-read-only': 'store',
  'store-unavailable': 'store',
  'snapshot-unknown': 'input',
  'target-exists': 'target',
  'target-unwritable': 'target',
  'target-full': 'target',
  'organization-unknown': 'input',
  'protected-item-unknown': 'input',
  'input-invalid': 'input',
  cancelled: 'cancelled',
  'stopped-at-failure': 'partial',
  internal: 'internal',
};

/** The lines of `holdfast --help` that explain exit codes. */
export function exitCodeHelp(): string {
  const lines = Object.values(exitCodes).map(
    ({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`,
  );
  return ['Exit codes:', ...lines].join('\n');
}

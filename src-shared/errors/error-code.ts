/**
 * The closed set of causes that Holdfast can name. Every operational failure carries exactly one of them; the
 * interface maps codes to words, so a new cause is a new code here and never a new sentence elsewhere.
 */
export const errorCodes = [
  // Sign-in and permissions
  'sign-in-tenant-unknown',
  'sign-in-application-unknown',
  'sign-in-secret-wrong',
  'sign-in-secret-expired',
  'sign-in-certificate-rejected',
  'sign-in-failed',
  'sign-in-declined',
  'sign-in-code-expired',
  'sign-in-blocked',
  'permission-missing',
  // Registering an application
  'administrator-required',
  'secret-forbidden',
  'registration-left-behind',
  'settings-file-locked',
  // The way to Microsoft 365
  'network-unreachable',
  'tls-failed',
  'request-timed-out',
  'throttled',
  'service-unavailable',
  'response-invalid',
  'request-rejected',
  // Accounts and items
  'account-unknown',
  'account-ambiguous',
  'group-empty',
  'group-too-large',
  'account-without-mailbox',
  'account-without-drive',
  'site-locked',
  'access-denied',
  'collection-gone',
  'item-gone',
  'item-corrupt',
  'item-too-large',
  'item-infected',
  'item-changed',
  'item-unreadable',
  'delta-expired',
  'delta-unsupported',
  'not-in-this-cloud',
  'export-not-permitted',
  // Storage Vault
  'vault-not-found',
  'vault-exists',
  'vault-key-wrong',
  'vault-key-downgraded',
  'vault-format-newer',
  'vault-damaged',
  'vault-busy',
  'vault-session-fenced',
  'pack-missing',
  'pack-damaged',
  'chunk-missing',
  'store-full',
  'store-read-only',
  'store-unavailable',
  // Restore
  'snapshot-unknown',
  'target-exists',
  'target-unwritable',
  'target-full',
  // Everything else
  'organization-unknown',
  'protected-item-unknown',
  'secret-store-locked',
  'input-invalid',
  'cancelled',
  'stopped-at-failure',
  'internal',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/**
 * English sentences for the codes that this room raises: what happened, what it means for the data, what to do. The
 * interface has its own words for the same codes; these are for the command line, the log and the job record.
 */
import type { ErrorCode } from '../../src-shared/errors/error-code.ts';

const words: Partial<Record<ErrorCode, string>> = {
  'sign-in-tenant-unknown':
    'Microsoft 365 does not know this Tenant ID. Nothing was read. Compare it with "Directory (tenant) ID" in the Entra admin center, and check the region.',
  'sign-in-application-unknown':
    'The tenant does not know this Application ID. Nothing was read. Compare it with "Application (client) ID" of the registration.',
  'sign-in-secret-wrong':
    'Microsoft 365 rejected the application secret. Nothing was read. Enter the Value of the secret, not its Secret ID.',
  'sign-in-secret-expired':
    'The application secret has expired. Nothing was read. Create a new secret, or a certificate, and enter it.',
  'sign-in-certificate-rejected':
    'The application certificate was rejected. Nothing was read. Check that it is registered with the application, has not expired and belongs to the private key.',
  'sign-in-failed':
    'Microsoft 365 did not accept the sign-in of the application. Nothing was read. Run Test Connection to see which part is refused.',
  'sign-in-declined':
    'The sign-in was declined or its page was left. Nothing was created. Start again, sign in as an administrator and accept.',
  'sign-in-code-expired':
    'The code was not entered in time. Nothing was created. Start again and enter the new code within 15 minutes.',
  'sign-in-blocked':
    'A policy of the organization blocks this way of signing in. Nothing was created. Sign in with the browser instead of a device code (or the other way round), or let the policy allow it; an administrator can also run the registration script.',
  'administrator-required':
    'The person who signed in may not register applications or grant them permissions. Sign in as a Global Administrator, or as a Privileged Role Administrator who may also create applications.',
  'secret-forbidden':
    'A policy of the organization forbids application secrets, or ones that live this long. Register with a certificate instead, which is also safer.',
  'permission-missing':
    'The application lacks a permission for this data, so it could not be read. Grant it to the application and give admin consent.',
  'network-unreachable':
    'Microsoft 365 could not be reached. Nothing that was saved is affected. Check the network, DNS and proxy; the next run continues.',
  'tls-failed':
    'The encrypted connection to Microsoft 365 was not trusted, so nothing was sent. Check the clock of this machine and whether a proxy replaces certificates.',
  'request-timed-out':
    'Microsoft 365 took too long to answer. What was saved stays saved; the rest is fetched by the next run.',
  throttled:
    'Microsoft 365 asked to slow down for too long. What was saved stays saved; the rest is fetched by the next run.',
  'service-unavailable':
    'Microsoft 365 could not serve the request for now. What was saved stays saved; the rest is fetched by the next run.',
  'response-invalid':
    'The answer of Microsoft 365 was incomplete or not understood, so it was not saved. The next run asks again.',
  'request-rejected':
    'Microsoft 365 rejected a request that Holdfast believes to be valid. The data concerned was not read; please report this with the details.',
  'account-unknown':
    'This account does not exist in Microsoft 365 any more. What was saved of it before is kept.',
  'account-without-mailbox':
    'This account has no mailbox in Exchange Online (not licensed, on-premises or removed). There is no mail to save.',
  'account-without-drive':
    'This account has no OneDrive (not licensed, or never opened). There are no files to save.',
  'site-locked':
    'This site is locked or archived in SharePoint, so it cannot be read. What was saved of it before is kept; unlock it to save what changed since.',
  'access-denied':
    'Microsoft 365 denied access to this data although the application signed in. Check access policies that limit the application to certain mailboxes or sites.',
  'collection-gone': 'This folder was deleted while it was read. What was saved of it before is kept.',
  'item-gone':
    'This item was deleted or moved while it was read. There is nothing left to save under its id.',
  'item-corrupt':
    'Microsoft 365 cannot produce this item because it is damaged in the mailbox. Opening it in Outlook shows whether anything of it is left.',
  'item-too-large':
    'This item is larger than the limit that was set, so it was not fetched. Raise the limit to save it.',
  'item-infected':
    'Microsoft 365 found malware in this file and does not give it out. What was saved of it before is kept.',
  'item-changed':
    'This file was changed while it was read, so it was not saved. The next run reads it again.',
  'item-unreadable':
    'Microsoft 365 has failed to give out this item in several runs. It is asked for again in each run; opening it in Microsoft 365 shows whether anything of it is left.',
  'quota-exceeded':
    'The mailbox or site is full, so nothing more can be written there. Make room or raise its quota, then go on with the restore.',
  'name-taken': 'Something with this name stands there already, so nothing was written.',
  'delta-expired':
    'Microsoft 365 has forgotten the position of the last run. Everything is listed once more; what is already saved is not fetched again.',
  'delta-unsupported':
    'This Microsoft cloud does not tell what changed here. Everything is listed in each run instead; what is already saved is not fetched again.',
  'not-in-this-cloud':
    'This Microsoft cloud does not offer this data to applications, so it was not read. Nothing that was saved is affected; there is nothing to do.',
  'export-not-permitted':
    'The application may not export items of Exchange, so their full-fidelity form was not saved; what other services save of them is. Grant MailboxFolder.Read.All, MailboxItem.Read.All and MailboxItem.Export.All to have it saved.',
  'stopped-at-failure':
    'Something could not be saved, and this protected item ends a run at its first failure. What was saved until then is a partial snapshot; the next run goes on from there.',
  cancelled: 'The work was stopped. What was saved so far stays saved.',
};

/** The sentence for a code. Every code that this room can raise has one. */
export function wordsFor(code: ErrorCode): string {
  return words[code] ?? 'The request to Microsoft 365 failed. The next run tries again.';
}

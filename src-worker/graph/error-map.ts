/**
 * The one place that knows what an error of Microsoft 365 or of the network means. It turns a failure into a code of
 * the closed set and into the way it may be retried; it decides no delays and sends nothing.
 */
import { AppError, type ErrorDetails } from '../../src-shared/errors/app-error.ts';
import { assertNever } from '../../src-shared/errors/assert-never.ts';
import type { ErrorCode } from '../../src-shared/errors/error-code.ts';
import { wordsFor } from './error-words.ts';
import type { AnswerFailure, CallTarget, Failure } from './failure.ts';

/**
 * How a failure may be retried. `once`: the item is probably broken for good, one more try tells. `backoff`: the
 * trouble is ours or the service's and passes. `wait`: the service says when. `token`: with a fresh token.
 */
export type RetryKind = 'never' | 'once' | 'backoff' | 'wait' | 'token';

/** What a failure means. */
export interface Verdict {
  readonly code: ErrorCode;
  readonly retry: RetryKind;
}

const verdict = (code: ErrorCode, retry: RetryKind): Verdict => ({ code, retry });

/** Codes of Graph errors, in lower case, because services disagree about capitals. They win over the status. */
const byGraphCode = new Map<string, Verdict>([
  ['errorcorruptdata', verdict('item-corrupt', 'once')],
  ['errorinvalidrecipients', verdict('item-corrupt', 'once')],
  ['errorcannotopenfileattachment', verdict('item-corrupt', 'once')],
  ['errormimecontentconversionfailed', verdict('item-corrupt', 'once')],
  ['errorcontentconversionfailed', verdict('item-corrupt', 'once')],
  ['errorfoldernotfound', verdict('collection-gone', 'never')],
  ['errorsyncfoldernotfound', verdict('collection-gone', 'never')],
  ['syncstatenotfound', verdict('delta-expired', 'never')],
  ['syncstateinvalid', verdict('delta-expired', 'never')],
  ['errorinvalidsyncstatedata', verdict('delta-expired', 'never')],
  ['resyncrequired', verdict('delta-expired', 'never')],
  ['resyncchangesapplydifferences', verdict('delta-expired', 'never')],
  ['resyncchangesuploaddifferences', verdict('delta-expired', 'never')],
  ['mailboxnotenabledforrestapi', verdict('account-without-mailbox', 'never')],
  ['mailboxnotsupportedforrestapi', verdict('account-without-mailbox', 'never')],
  ['errornonexistentmailbox', verdict('account-without-mailbox', 'never')],
  ['resourcenotfound', verdict('account-without-mailbox', 'never')],
  ['errorinvaliduser', verdict('account-unknown', 'never')],
  ['request_resourcenotfound', verdict('account-unknown', 'never')],
  ['errorquotaexceeded', verdict('quota-exceeded', 'never')],
  ['quotalimitreached', verdict('quota-exceeded', 'never')],
  ['errorfolderexists', verdict('name-taken', 'never')],
  ['namealreadyexists', verdict('name-taken', 'never')],
  ['errormessagesizeexceeded', verdict('item-too-large', 'never')],
  ['malwaredetected', verdict('item-infected', 'never')],
  ['resourcelocked', verdict('site-locked', 'never')],
  ['notallowed', verdict('site-locked', 'never')],
  ['erroraccessdenied', verdict('access-denied', 'never')],
  ['accessdenied', verdict('access-denied', 'never')],
  ['authorization_requestdenied', verdict('permission-missing', 'never')],
  ['invalidauthenticationtoken', verdict('sign-in-failed', 'token')],
  ['applicationthrottled', verdict('throttled', 'wait')],
  ['errortoomanyobjectsopened', verdict('throttled', 'wait')],
  ['toomanyrequests', verdict('throttled', 'wait')],
  ['activitylimitreached', verdict('throttled', 'wait')],
  ['errorserverbusy', verdict('service-unavailable', 'wait')],
  ['errormailboxstoreunavailable', verdict('service-unavailable', 'backoff')],
  ['errortimeoutexpired', verdict('request-timed-out', 'backoff')],
]);

const byStatus = new Map<number, Verdict>([
  [401, verdict('sign-in-failed', 'token')],
  [403, verdict('access-denied', 'never')],
  [408, verdict('request-timed-out', 'backoff')],
  [410, verdict('delta-expired', 'never')],
  [413, verdict('item-too-large', 'never')],
  [423, verdict('site-locked', 'never')],
  [429, verdict('throttled', 'wait')],
  [500, verdict('service-unavailable', 'backoff')],
  [502, verdict('service-unavailable', 'backoff')],
  [503, verdict('service-unavailable', 'wait')],
  [504, verdict('request-timed-out', 'wait')],
  [507, verdict('quota-exceeded', 'never')],
  [509, verdict('throttled', 'wait')],
]);

const goneByTarget: Readonly<Record<CallTarget, ErrorCode>> = {
  item: 'item-gone',
  collection: 'collection-gone',
  account: 'account-unknown',
  directory: 'request-rejected',
};

const byErrno = new Map<string, Verdict>([
  ['ECONNREFUSED', verdict('network-unreachable', 'backoff')],
  ['ECONNRESET', verdict('network-unreachable', 'backoff')],
  ['ECONNABORTED', verdict('network-unreachable', 'backoff')],
  ['EPIPE', verdict('network-unreachable', 'backoff')],
  ['ENOTFOUND', verdict('network-unreachable', 'backoff')],
  ['EAI_AGAIN', verdict('network-unreachable', 'backoff')],
  ['ENETUNREACH', verdict('network-unreachable', 'backoff')],
  ['ENETDOWN', verdict('network-unreachable', 'backoff')],
  ['EHOSTUNREACH', verdict('network-unreachable', 'backoff')],
  ['UND_ERR_SOCKET', verdict('network-unreachable', 'backoff')],
  ['UND_ERR_CONNECT_TIMEOUT', verdict('network-unreachable', 'backoff')],
  ['ETIMEDOUT', verdict('request-timed-out', 'backoff')],
  ['UND_ERR_HEADERS_TIMEOUT', verdict('request-timed-out', 'backoff')],
  ['UND_ERR_BODY_TIMEOUT', verdict('request-timed-out', 'backoff')],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', verdict('response-invalid', 'backoff')],
  ['UND_ERR_RES_EXCEEDED_MAX_SIZE', verdict('response-invalid', 'never')],
  ['UND_ERR_ABORTED', verdict('cancelled', 'never')],
  ['UND_ERR_DESTROYED', verdict('cancelled', 'never')],
  ['UND_ERR_CLOSED', verdict('cancelled', 'never')],
]);

/** Codes of OpenSSL and of Node's own check of the host name. None of them passes by trying again. */
const tlsErrno =
  /^(ERR_TLS_|ERR_SSL_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

/** How SharePoint says that somebody has no OneDrive (graph facts, section 7). */
const noDrive = /mysite not found|does not have a SPO license/i;

/**
 * How Graph says that its metadata has no such word (OData 4.01, part 2, section 4): the operations of a national cloud
 * are fewer (graph facts, section 10), and all others that Holdfast asks for exist everywhere.
 */
const unknownSegment = /^Resource not found for the segment '([^']*)'/;

/** Broken answers of the HTTP parser: usually a proxy in between, and usually gone at the next try. */
const parserErrno = /^HPE_/;

/** Tells what a failure means for a call about `target`. */
export function judge(failure: Failure, target: CallTarget): Verdict {
  switch (failure.kind) {
    case 'answer':
      return judgeAnswer(failure, target);
    case 'network':
      return judgeErrno(failure.errno);
    case 'body':
      return failure.reason === 'too-large'
        ? verdict('item-too-large', 'never')
        : verdict('response-invalid', 'backoff');
    default:
      return assertNever(failure);
  }
}

/** What to throw when no retry is left. `attempts` counts every time the call was sent. */
export function toAppError(failure: Failure, target: CallTarget, attempts: number): AppError {
  const { code, retry } = judge(failure, target);
  return new AppError(code, wordsFor(code), {
    retryable: retry !== 'never' && retry !== 'once',
    details: { ...detailsOf(failure), attempts },
  });
}

function judgeAnswer(failure: AnswerFailure, target: CallTarget): Verdict {
  if (failure.status === 429) return verdict('throttled', 'wait');
  if (/OLE conversion failed/i.test(failure.graphMessage)) return verdict('item-corrupt', 'once');
  if (noDrive.test(failure.graphMessage)) return verdict('account-without-drive', 'never');
  const [, segment] = unknownSegment.exec(failure.graphMessage) ?? [];
  if (segment !== undefined)
    return verdict(segment === 'delta' ? 'delta-unsupported' : 'not-in-this-cloud', 'never');
  const known = byGraphCode.get(failure.graphCode.toLowerCase()) ?? byStatus.get(failure.status);
  if (known !== undefined) return known;
  if (failure.status === 404) return verdict(goneByTarget[target], 'never');
  return failure.status >= 500
    ? verdict('service-unavailable', 'backoff')
    : verdict('request-rejected', 'never');
}

function judgeErrno(errno: string): Verdict {
  if (tlsErrno.test(errno)) return verdict('tls-failed', 'never');
  if (parserErrno.test(errno)) return verdict('response-invalid', 'backoff');
  return byErrno.get(errno) ?? verdict('network-unreachable', 'backoff');
}

function detailsOf(failure: Failure): ErrorDetails {
  if (failure.kind === 'network') return { errno: failure.errno };
  if (failure.kind === 'body') return { reason: failure.reason };
  const { status, graphCode, requestId } = failure;
  return { status, graphCode, requestId };
}

import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../../src-shared/errors/error-code.ts';
import { judge, toAppError, type RetryKind } from '../../../src-worker/graph/error-map.ts';
import { readGraphError, type AnswerFailure } from '../../../src-worker/graph/failure.ts';
import { readRetryAfterMs } from '../../../src-worker/graph/load-news.ts';

function answer(status: number, graphCode = '', graphMessage = ''): AnswerFailure {
  return { kind: 'answer', status, graphCode, graphMessage, requestId: 'r-1', retryAfterMs: undefined };
}

const answers: [status: number, graphCode: string, code: string, retry: RetryKind][] = [
  [400, 'SyncStateInvalid', 'delta-expired', 'never'],
  [400, 'BadRequest', 'request-rejected', 'never'],
  [401, 'InvalidAuthenticationToken', 'sign-in-failed', 'token'],
  [403, 'ErrorAccessDenied', 'access-denied', 'never'],
  [403, 'Authorization_RequestDenied', 'permission-missing', 'never'],
  [404, 'MailboxNotEnabledForRESTAPI', 'account-without-mailbox', 'never'],
  [404, 'ResourceNotFound', 'account-without-mailbox', 'never'],
  [404, 'Request_ResourceNotFound', 'account-unknown', 'never'],
  [404, 'ErrorInvalidUser', 'account-unknown', 'never'],
  [404, 'ErrorSyncFolderNotFound', 'collection-gone', 'never'],
  [404, 'ErrorItemNotFound', 'item-gone', 'never'],
  [405, 'ErrorInvalidRequest', 'request-rejected', 'never'],
  [410, '', 'delta-expired', 'never'],
  [410, 'syncStateNotFound', 'delta-expired', 'never'],
  [410, 'resyncChangesApplyDifferences', 'delta-expired', 'never'],
  [410, 'resyncChangesUploadDifferences', 'delta-expired', 'never'],
  [410, 'resyncRequired', 'delta-expired', 'never'],
  [400, 'resyncRequired', 'delta-expired', 'never'],
  [404, 'SyncStateNotFound', 'delta-expired', 'never'],
  [429, 'ApplicationThrottled', 'throttled', 'wait'],
  [429, '', 'throttled', 'wait'],
  [500, 'ErrorCorruptData', 'item-corrupt', 'once'],
  [500, 'ErrorInvalidRecipients', 'item-corrupt', 'once'],
  [500, 'ErrorCannotOpenFileAttachment', 'item-corrupt', 'once'],
  [500, 'ErrorInternalServerError', 'service-unavailable', 'backoff'],
  [502, '', 'service-unavailable', 'backoff'],
  [503, 'serviceNotAvailable', 'service-unavailable', 'wait'],
  [504, '', 'request-timed-out', 'wait'],
  [507, '', 'quota-exceeded', 'never'],
  [302, '', 'request-rejected', 'never'],
];

describe('answers of Graph', () => {
  test.each(answers)('%i %s is %s', (...row) => {
    const [status, graphCode, code, retry] = row;
    expect(judge(answer(status, graphCode), 'item')).toEqual({ code, retry });
  });

  test.each([
    ['item', 'item-gone'],
    ['collection', 'collection-gone'],
    ['account', 'account-unknown'],
    ['directory', 'request-rejected'],
  ] as const)('a 404 about a %s is %s', (target, code) => {
    expect(judge(answer(404, 'ErrorItemNotFound'), target).code).toBe(code);
  });

  test.each([
    ['delta', 'delta-unsupported'],
    ['todo', 'not-in-this-cloud'],
  ])('a cloud whose metadata has no %s says so, whatever its code', (segment, code) => {
    const message = `Resource not found for the segment '${segment}'.`;
    expect(judge(answer(400, 'BadRequest', message), 'account')).toEqual({ code, retry: 'never' });
  });

  test('a failed OLE conversion is known by its text alone', () => {
    expect(
      judge(answer(500, 'ErrorInternalServerError', 'OLE conversion failed for an item.'), 'item'),
    ).toEqual({
      code: 'item-corrupt',
      retry: 'once',
    });
  });

  test('a 429 is a throttle whatever its body says', () => {
    expect(judge(answer(429, 'ErrorAccessDenied'), 'item').code).toBe('throttled');
  });
});

const errnos: [errno: string, code: string, retry: RetryKind][] = [
  ['ECONNREFUSED', 'network-unreachable', 'backoff'],
  ['ENOTFOUND', 'network-unreachable', 'backoff'],
  ['ENETUNREACH', 'network-unreachable', 'backoff'],
  ['ECONNRESET', 'network-unreachable', 'backoff'],
  ['UND_ERR_SOCKET', 'network-unreachable', 'backoff'],
  ['UND_ERR_HEADERS_TIMEOUT', 'request-timed-out', 'backoff'],
  ['UND_ERR_BODY_TIMEOUT', 'request-timed-out', 'backoff'],
  ['UND_ERR_ABORTED', 'cancelled', 'never'],
  ['HPE_INVALID_CONSTANT', 'response-invalid', 'backoff'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-failed', 'never'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-failed', 'never'],
  ['CERT_HAS_EXPIRED', 'tls-failed', 'never'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-failed', 'never'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-failed', 'never'],
];

describe('failures of the network', () => {
  test.each(errnos)('%s is %s', (errno, code, retry) => {
    expect(judge({ kind: 'network', errno }, 'item')).toEqual({ code, retry });
  });

  test.each([
    ['truncated', 'response-invalid', 'backoff'],
    ['not-json', 'response-invalid', 'backoff'],
    ['too-large', 'item-too-large', 'never'],
  ] as const)('a %s body is %s', (reason, code, retry) => {
    expect(judge({ kind: 'body', reason }, 'item')).toEqual({ code, retry });
  });
});

describe('the error that is thrown', () => {
  test('carries status, code, request id and attempts, and nothing of the answer beyond them', () => {
    const error = toAppError(answer(500, 'ErrorCorruptData', 'the subject is Salary list'), 'item', 2);
    expect(error).toMatchObject({ code: 'item-corrupt', retryable: false });
    expect(error.details).toEqual({
      status: 500,
      graphCode: 'ErrorCorruptData',
      requestId: 'r-1',
      attempts: 2,
    });
    expect(JSON.stringify(error) + error.message).not.toContain('Salary');
  });

  test('is retryable when the same call may succeed later', () => {
    expect(toAppError({ kind: 'network', errno: 'ECONNRESET' }, 'item', 7).retryable).toBe(true);
    expect(toAppError(answer(403, 'ErrorAccessDenied'), 'item', 1).retryable).toBe(false);
  });

  test('uses codes of the closed set and a sentence of its own for each', () => {
    const raised = [...answers, ...errnos]
      .map((row) => row.at(-2))
      .concat('item-too-large', 'response-invalid');
    expect(raised.filter((code) => !(errorCodes as readonly unknown[]).includes(code))).toEqual([]);
    const fallback = toAppError({ kind: 'network', errno: 'UND_ERR_ABORTED' }, 'item', 1);
    expect(fallback.message).toBe('The work was stopped. What was saved so far stays saved.');
  });
});

describe('reading what an answer says', () => {
  test.each([
    ['2', 2_000],
    ['2.128', 2_128],
    ['0', 0],
    ['-5', 0],
    ['86400', 3_600_000],
    ['', undefined],
    [undefined, undefined],
    ['soon', undefined],
    ['Fri, 20 Nov 2026 12:00:07 GMT', 7_000],
  ])('Retry-After %s means %s ms', (header, delayMs) => {
    expect(readRetryAfterMs(header, Date.UTC(2026, 10, 20, 12))).toBe(delayMs);
  });

  test.each(['', '<html>', 'null', '[]', '{"error":"text"}', '{"error":{"code":7}}'])(
    'a body like %s has no code',
    (text) => {
      expect(readGraphError(new TextEncoder().encode(text)).graphCode).toBe('');
    },
  );
});

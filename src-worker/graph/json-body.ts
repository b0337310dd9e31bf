/**
 * From bytes to a checked value. Broken JSON is a failure of the transport and may be asked for again; JSON of another
 * shape than expected is an error that names the field and never its content.
 */
import type { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { BodyFailure } from './failure.ts';
import { wordsFor } from './error-words.ts';

/** Parses UTF-8 JSON, or tells that it is none. */
export function readJson(body: Uint8Array<ArrayBuffer>): { readonly json: unknown } | BodyFailure {
  try {
    return { json: JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')) };
  } catch {
    return { kind: 'body', reason: 'not-json' };
  }
}

/** Checks a parsed value. Throws `response-invalid` with the place of the first mismatch. */
export function requireShape<T>(schema: z.ZodType<T>, json: unknown): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AppError('response-invalid', wordsFor('response-invalid'), {
    details: { field: issue?.path.join('.') ?? '', mismatch: issue?.code ?? '' },
  });
}

/**
 * The settings file of an organization: how it is reached, with its secret or private key. What the registration script
 * writes is plain, because it is made on a machine without Holdfast; what Holdfast writes is sealed with a passphrase.
 */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import { graphConnectionSchema, type GraphConnection } from '../../../src-shared/model/connection.ts';
import { openSealedText, sealedTextSchema, sealText, type PassphraseCost } from './sealed-text.ts';

/** The same four fields in both forms; `version` changes when an older Holdfast would misread a newer file. */
const plainSchema = z.object({
  holdfast: z.literal('organization'),
  version: z.literal(1),
  ...graphConnectionSchema.shape,
});
const sealedSchema = z.object({
  holdfast: z.literal('organization-sealed'),
  version: z.literal(1),
  sealed: sealedTextSchema,
});
const headSchema = z.object({
  holdfast: z.enum(['organization', 'organization-sealed']),
  version: z.number().int(),
});

export async function exportSettings(
  connection: GraphConnection,
  passphrase: string,
  cost: PassphraseCost,
): Promise<string> {
  const plain = { holdfast: 'organization', version: 1, ...connection };
  const sealed = await sealText(JSON.stringify(plain), { purpose: 'settings', passphrase }, cost);
  return `${JSON.stringify({ holdfast: 'organization-sealed', version: 1, sealed }, null, 2)}\n`;
}

export async function importSettings(text: string, passphrase: string | undefined): Promise<GraphConnection> {
  const json = parseJson(text);
  const head = headSchema.safeParse(json);
  if (!head.success) throw refused('It is no settings file of Holdfast.', 'other-file');
  if (head.data.version > 1) throw refused('A newer Holdfast wrote it; update this one.', 'newer');
  if (head.data.holdfast === 'organization') return connectionIn(json);
  const file = sealedSchema.safeParse(json);
  if (!file.success) throw refused('It is damaged.', 'damaged');
  if (passphrase === undefined) {
    throw new AppError(
      'settings-file-locked',
      'This settings file is sealed. Nothing was imported; give the passphrase that it was exported with.',
      { details: { reason: 'sealed' } },
    );
  }
  const opened = await openSealedText(file.data.sealed, { purpose: 'settings', passphrase });
  if (opened !== undefined) return connectionIn(parseJson(opened));
  throw new AppError(
    'settings-file-locked',
    'This passphrase does not open the settings file, or the file was altered. Nothing was imported; try again with the passphrase that it was exported with.',
    { details: { reason: 'wrong-passphrase' } },
  );
}

function connectionIn(json: unknown): GraphConnection {
  const result = plainSchema.safeParse(json);
  if (!result.success) {
    const field = result.error.issues[0]?.path.join('.') ?? '';
    throw refused(`Its field "${field}" is missing or not valid.`, 'damaged');
  }
  const { region, tenantId, clientId, credential } = result.data;
  return { region, tenantId, clientId, credential };
}

function refused(what: string, reason: string): AppError {
  return new AppError('input-invalid', `The settings file cannot be used. ${what} Nothing was imported.`, {
    details: { reason },
  });
}

/** Windows editors and scripts may begin a file with a byte order mark. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
}

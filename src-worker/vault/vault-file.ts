/** `vault.json`: what can be known of a vault before any key, and nothing that needs to be secret. */
import { z } from 'zod';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { formatVersion, suiteXChaChaBlake2b } from './format/layout.ts';

const envelopeSchema = z.object({ magic: z.literal('holdfast-vault'), format: z.number().int().positive() });

const vaultFileSchema = z.object({
  magic: z.literal('holdfast-vault'),
  format: z.literal(formatVersion),
  vaultId: z.string().regex(/^[0-9a-f]{32}$/),
  suite: z.literal(suiteXChaChaBlake2b),
  chunker: z.literal('gear-keyed'),
  /** Features that a program must know to read, to write, or to remove anything. */
  features: z.object({
    read: z.array(z.string()),
    write: z.array(z.string()),
    maintain: z.array(z.string()),
  }),
});
export type VaultFile = z.infer<typeof vaultFileSchema>;

export function encodeVaultFile(vaultId: Uint8Array): Uint8Array {
  const file: VaultFile = {
    magic: 'holdfast-vault',
    format: formatVersion,
    vaultId: Buffer.from(vaultId).toString('hex'),
    suite: suiteXChaChaBlake2b,
    chunker: 'gear-keyed',
    features: { read: [], write: [], maintain: [] },
  };
  return new Uint8Array(Buffer.from(`${JSON.stringify(file, null, 2)}\n`));
}

/** Parses vault.json; throws `vault-format-newer` or `vault-damaged`. */
export function decodeVaultFile(bytes: Uint8Array, location: string): VaultFile {
  const json = parseJson(bytes);
  const envelope = envelopeSchema.safeParse(json);
  if (!envelope.success) throw damagedVaultFile(location);
  const file = vaultFileSchema.safeParse(json);
  if (envelope.data.format > formatVersion || (file.success && hasUnknownFeature(file.data))) {
    throw new AppError(
      'vault-format-newer',
      `The vault at ${location} has format ${envelope.data.format} or features that this Holdfast does not know. Nothing was changed; update Holdfast to use it.`,
      { details: { format: envelope.data.format, known: formatVersion } },
    );
  }
  if (!file.success) throw damagedVaultFile(location);
  return file.data;
}

function hasUnknownFeature(file: VaultFile): boolean {
  return file.features.read.length + file.features.write.length > 0;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.subarray(0, 65_536)).toString('utf8'));
  } catch {
    return undefined;
  }
}

function damagedVaultFile(location: string): AppError {
  return new AppError(
    'vault-damaged',
    `vault.json at ${location} cannot be read as a vault's description. The packs beside it are not touched; put back vault.json from a copy of the vault.`,
  );
}

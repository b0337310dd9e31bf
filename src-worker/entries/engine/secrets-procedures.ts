/** Serves the secrets noun of the contract: names and values as one sealed text. */
import { z } from 'zod';
import { AppError } from '../../../src-shared/errors/app-error.ts';
import type { EngineContext } from './engine-context.ts';
import type { Implementer } from './implementer.ts';
import { openSealedText, sealedTextSchema, sealText } from './sealed-text.ts';

const secretsSchema = z.record(z.string(), z.string());

export function secretsProcedures(os: Implementer, engine: EngineContext) {
  return os.secrets.router({
    seal: os.secrets.seal.handler(async ({ input }) => {
      const seal = { purpose: 'secrets', passphrase: input.passphrase } as const;
      const sealed = await sealText(JSON.stringify(input.secrets), seal, engine.passwordCost);
      return { sealed: `${JSON.stringify(sealed, null, 2)}\n` };
    }),
    open: os.secrets.open.handler(async ({ input }) => ({
      secrets: await openSecrets(input.passphrase, input.sealed),
    })),
  });
}

async function openSecrets(passphrase: string, sealed: string): Promise<z.infer<typeof secretsSchema>> {
  const file = sealedTextSchema.safeParse(parseJson(sealed));
  if (!file.success) {
    throw new AppError(
      'secret-store-locked',
      'The file of stored secrets is damaged or was altered. The vaults are not touched by this; put the file back from a copy, or remove it and enter the secrets again.',
    );
  }
  const text = await openSealedText(file.data, { purpose: 'secrets', passphrase });
  if (text !== undefined) return secretsSchema.parse(JSON.parse(text));
  throw new AppError(
    'secret-store-locked',
    'This passphrase does not open the stored secrets. Nothing was changed; try again with the passphrase that they were sealed with.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

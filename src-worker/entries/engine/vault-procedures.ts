/** Serves the vault noun of the contract. */
import { randomBytes } from 'node:crypto';
import type { KeyInput } from '../../../src-shared/contract/vault-contract.ts';
import { formatRecoveryKey, parseRecoveryKey, recoveryKeyBytes } from '../../codec/recovery-key.ts';
import { verifyVault } from '../../jobs/verify-vault.ts';
import type { KeySource } from '../../vault/keys/key-slot.ts';
import { createVault, openVault } from '../../vault/vault.ts';
import type { EngineContext } from './engine-context.ts';
import { streamJob } from './event-stream.ts';
import type { Implementer } from './implementer.ts';

export function vaultProcedures(os: Implementer, engine: EngineContext) {
  return os.vault.router({
    create: os.vault.create.handler(async ({ input }) => {
      const recoveryKey = new Uint8Array(randomBytes(recoveryKeyBytes));
      const sources: KeySource[] = [
        { kind: 'password', password: input.password },
        { kind: 'recovery', recoveryKey },
      ];
      const services = await engine.vaultServices(input.path);
      const vault = await createVault(services, { sources, passwordCost: engine.passwordCost });
      return { vaultId: vault.id, recoveryKey: formatRecoveryKey(recoveryKey) };
    }),
    open: os.vault.open.handler(async ({ input }) => {
      const services = await engine.vaultServices(input.path);
      const vault = await openVault(services, keySource(input.key));
      return { vaultId: vault.id, vault: engine.keep(vault), notice: services.compressor.fallbackReason };
    }),
    close: os.vault.close.handler(({ input }) => engine.close(input.vault)),
    verify: os.vault.verify.handler(async function* ({ input, signal }) {
      const { vault, catalog } = engine.openVault(input.vault);
      const services = { vault, catalog, clock: engine.options.clock };
      return yield* streamJob(signal, (jobSignal, onProgress) =>
        verifyVault(services, { readsData: input.readsData, signal: jobSignal, onProgress }),
      );
    }),
  });
}

function keySource(key: KeyInput): KeySource {
  if (key.kind === 'password') return key;
  return { kind: 'recovery', recoveryKey: parseRecoveryKey(key.recoveryKey) };
}

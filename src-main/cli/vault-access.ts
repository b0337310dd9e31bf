/** Opens a vault that this machine knows, with what is given, remembered or typed. */
import type { KeyInput } from '../../src-shared/contract/vault-contract.ts';
import type { EngineClient } from '../../src-worker/entries/engine.ts';
import type { VaultRecord } from '../records/records.ts';
import { vaultKeyName } from '../secrets/secret-store.ts';
import { choose, kinds } from './choice.ts';
import { givenSecret, requireSecret, type SecretRequest } from './secret-input.ts';
import type { Session } from './session.ts';

/** A vault that is open in the engine of this session. */
export interface OpenVault {
  readonly client: EngineClient;
  /** The handle that the contract's procedures take. */
  readonly vault: string;
  readonly record: VaultRecord;
}

/** How the password of a vault is given. */
export function passwordRequest(session: Session, name: string, isNew = false): SecretRequest {
  return {
    label: `password of the vault "${name}"`,
    envName: 'HOLDFAST_VAULT_PASSWORD',
    filePath: session.options.passwordFile,
    fileOption: '--password-file',
    isNew,
  };
}

/** Vaults that a session has open: unlocking takes a second, so it is done once. */
const openVaults = new WeakMap<Session, Map<string, Promise<OpenVault>>>();

/** Opens the vault that `wanted` names, or the only one. Fails as `vault.open` of the contract does. */
export async function openKnownVault(session: Session, wanted: string | undefined): Promise<OpenVault> {
  const record = choose((await session.records()).vaults(), kinds.vault, wanted);
  const ofSession = openVaults.get(session) ?? new Map<string, Promise<OpenVault>>();
  openVaults.set(session, ofSession);
  const opening = ofSession.get(record.id) ?? open(session, record);
  ofSession.set(record.id, opening);
  return opening;
}

async function open(session: Session, record: VaultRecord): Promise<OpenVault> {
  const client = await session.engine();
  const { vault, notice } = await client.vault.open({
    path: record.path,
    key: await keyOf(session, record),
  });
  if (notice !== null) session.say(`Compression is done by Node itself, which takes longer: ${notice}.`);
  return { client, vault, record };
}

/** A given password goes before a remembered key, so that a wrong memory can be overruled. */
async function keyOf(session: Session, { id, name }: VaultRecord): Promise<KeyInput> {
  const request = passwordRequest(session, name);
  const given = await givenSecret(session.terminal, request);
  if (given !== undefined) return { kind: 'password', password: given };
  const remembered = await session.secrets.get(vaultKeyName(id));
  if (remembered !== undefined) {
    const { keyInputSchema } = await import('../../src-shared/contract/vault-contract.ts');
    return keyInputSchema.parse(JSON.parse(remembered));
  }
  return { kind: 'password', password: await requireSecret(session.terminal, request) };
}

/**
 * What the engine serves: the same procedures over every carrier (in-process, MessagePort, WebSocket, HTTP). Failures
 * are `AppError`s; the carrier decides how they travel.
 */
import { backupContract } from './backup-contract.ts';
import { compareContract } from './compare-contract.ts';
import { organizationContract } from './organization-contract.ts';
import { planContract } from './plan-contract.ts';
import { previewContract } from './preview-contract.ts';
import { restoreContract } from './restore-contract.ts';
import { searchContract } from './search-contract.ts';
import { secretsContract } from './secrets-contract.ts';
import { snapshotContract } from './snapshot-contract.ts';
import { vaultContract } from './vault-contract.ts';

export const engineContract = {
  vault: vaultContract,
  organization: organizationContract,
  backup: backupContract,
  snapshot: snapshotContract,
  search: searchContract,
  compare: compareContract,
  preview: previewContract,
  restore: restoreContract,
  plan: planContract,
  secrets: secretsContract,
};

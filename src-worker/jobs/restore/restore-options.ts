/** What is to be chosen of a restore to this PC. */
import type { ExistingMode, MailFormat } from '../../../src-shared/contract/restore-contract.ts';
import type { VCardVersion } from '../../formats/vcard/content-line.ts';

export interface RestoreOptions {
  readonly vcard: VCardVersion;
  readonly existing: ExistingMode;
  readonly mail: MailFormat;
  /** Of a damaged item, what can be read is written. */
  readonly damaged: boolean;
}

/** Opens what a row has packed. It comes from a vault as it is, so this is where it is checked. */
import { decode } from 'cborg';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { isContentRef, isItemInfo, type ContentRef, type ItemInfo } from '../../src-shared/model/rows.ts';

/** Throws `vault-damaged`. */
export function contentOf(bytes: Uint8Array): ContentRef {
  const content: unknown = read(() => decode(bytes));
  if (!isContentRef(content)) throw unreadableRow(undefined);
  return content;
}

/** Throws `vault-damaged`. */
export function infoOf(text: string): ItemInfo {
  const info = read(() => JSON.parse(text) as unknown);
  if (!isItemInfo(info)) throw unreadableRow(undefined);
  return info;
}

function read(packed: () => unknown): unknown {
  try {
    return packed();
  } catch (cause) {
    throw unreadableRow(cause);
  }
}

function unreadableRow(cause: unknown): AppError {
  return new AppError(
    'vault-damaged',
    'A row of a snapshot cannot be read, in the vault or in what this machine has noted of it. Nothing was changed; remove this machine’s catalog of the vault, and it is read anew.',
    { cause },
  );
}

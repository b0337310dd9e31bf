/**
 * Whether a folder in which a message was found is left out by choice. A person who deletes a message for good moves it
 * to Recoverable Items, where it keeps its id; for a backup that leaves those out, it is gone.
 */
import type { AccountScope } from '../workload.ts';
import { choiceOf, readDeletions, readFolder } from './mail-folder.ts';

/** Exchange allows 300 levels; more is a loop. */
const deepestFolder = 300;

/** What was found out in one run about one mailbox. */
interface Findings {
  /** Id of the root of Recoverable Items. */
  root?: Promise<string | undefined>;
  readonly folders: Map<string, Promise<boolean>>;
}
const known = new WeakMap<AccountScope, Findings>();

export function isLeftOut(scope: AccountScope, folder: string): Promise<boolean> {
  const { hiddenFolders, recoverableItems } = choiceOf(scope);
  if (hiddenFolders && recoverableItems) return Promise.resolve(false);
  const findings: Findings = known.get(scope) ?? { folders: new Map() };
  known.set(scope, findings);
  const answer = findings.folders.get(folder) ?? ask(scope, findings, folder);
  findings.folders.set(folder, answer);
  return answer;
}

/** Goes up from the folder until it is clear where it lies. */
async function ask(scope: AccountScope, findings: Findings, start: string): Promise<boolean> {
  const { hiddenFolders, recoverableItems } = choiceOf(scope);
  findings.root ??= readDeletions(scope).then((folder) => folder?.parentFolderId ?? folder?.id);
  const root = await findings.root;
  let isHidden = false;
  let id: string | null | undefined = start;
  for (let depth = 0; depth < deepestFolder && id !== null && id !== undefined; depth += 1) {
    if (id === root) return !recoverableItems;
    const folder = await readFolder(scope, id);
    isHidden ||= folder?.isHidden === true;
    id = folder?.parentFolderId;
  }
  return isHidden && !hiddenFolders;
}

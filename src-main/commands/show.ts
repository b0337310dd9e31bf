/** `holdfast show`: one item of a snapshot as people read it, or the beginning of what is stored of it. */
import type { Command } from 'commander';
import type { Preview } from '../../src-shared/contract/preview-contract.ts';
import type { ListedItem } from '../../src-shared/contract/scope.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { sizeText } from '../../src-shared/words/quantities.ts';
import type { Perform } from '../cli/perform.ts';
import { previewText } from '../cli/preview-text.ts';
import type { Session } from '../cli/session.ts';
import { chooseAccount, findSnapshots, type SnapshotOptions } from '../cli/snapshot-target.ts';
import { plainText } from '../cli/table.ts';

interface ShowOptions extends SnapshotOptions {
  readonly protectedItem?: string;
  readonly account?: string;
  readonly service?: ServiceName;
  readonly source?: true;
}

type Shown =
  | { readonly item: ListedItem; readonly preview: Preview }
  | { readonly source: string; readonly leftOutBytes: number };

/** As much as a terminal can bear; a restore gives all of it. */
const sourceBytes = 1024 * 1024;

export function addShow(program: Command, perform: Perform): void {
  program
    .command('show')
    .description('show one item: a message, an event, a contact, a post, with its text and its attachments')
    .argument('<item>', 'id of the item, as "holdfast ls" and "holdfast search" show it')
    .option('--service <service>', `${serviceNames.join(', ')} (default: mail)`)
    .option('--account <account>', 'address, name or id; not needed where there is only one')
    .option('--protected-item <protected-item>', 'name or id; not needed where there is only one')
    .option('--source', 'what is stored, as it is: MIME with its headers, or JSON')
    .option('--snapshot <number>', 'an earlier snapshot (default: latest)')
    .option('--vault <vault>', 'the vault to look in')
    .action(
      perform(async (session, options: ShowOptions, item: string) => {
        const shown = await show(session, options, item);
        return { facts: shown, text: shownText(shown) };
      }),
    );
}

async function show(session: Session, options: ShowOptions, item: string): Promise<Shown> {
  const target = await findSnapshots(session, options.protectedItem, options);
  const account = await chooseAccount(target, options.account);
  const { preview } = target.client;
  const input = { ...target.scope, account, service: options.service, item };
  const call = { signal: session.signal };
  if (options.source !== true) return preview.item(input, call);
  const { text, leftOutBytes } = await preview.source({ ...input, limitBytes: sourceBytes }, call);
  return { source: text, leftOutBytes };
}

function shownText(shown: Shown): string {
  if ('preview' in shown) return previewText(shown.preview);
  const { source, leftOutBytes } = shown;
  const rest =
    leftOutBytes === 0
      ? ''
      : `\n\n… ${sizeText(leftOutBytes)} more are left out here; "holdfast restore" gives all of it.`;
  return plainText(source) + rest;
}

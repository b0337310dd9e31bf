/** `holdfast show`: one message of a snapshot: what lists know of it, and the beginning of its text. */
import type { Command } from 'commander';
import type { ListedItem } from '../../src-shared/contract/snapshot-contract.ts';
import type { Perform } from '../cli/perform.ts';
import { dateText, sizeText } from '../../src-shared/words/quantities.ts';
import type { Session } from '../cli/session.ts';
import { chooseAccount, findSnapshots, type SnapshotOptions } from '../cli/snapshot-target.ts';
import { serviceNames, type ServiceName } from '../../src-shared/model/service-name.ts';
import { listText, plainText } from '../cli/table.ts';
import { infoText, timeOf } from './ls.ts';

interface ShowOptions extends SnapshotOptions {
  readonly protectedItem?: string;
  readonly account?: string;
  readonly service?: ServiceName;
}

interface ShownItem {
  readonly item: ListedItem;
  /** The beginning of the message as it is stored, MIME with its headers. */
  readonly head: string;
  readonly isWhole: boolean;
}

export function addShow(program: Command, perform: Perform): void {
  program
    .command('show')
    .description('show one message: its headers and the beginning of its text')
    .argument('<message>', 'id of the message, as "holdfast ls" shows it')
    .option('--service <service>', `${serviceNames.join(', ')} (default: mail)`)
    .option('--account <account>', 'address, name or id; not needed where there is only one')
    .option('--protected-item <protected-item>', 'name or id; not needed where there is only one')
    .option('--snapshot <number>', 'an earlier snapshot (default: latest)')
    .option('--vault <vault>', 'the vault to look in')
    .action(
      perform(async (session, options: ShowOptions, message: string) => {
        const shown = await show(session, options, message);
        return { facts: shown, text: shownText(shown) };
      }),
    );
}

async function show(session: Session, options: ShowOptions, message: string): Promise<ShownItem> {
  const target = await findSnapshots(session, options.protectedItem, options);
  const account = await chooseAccount(target, options.account);
  return target.client.snapshot.show({ ...target.scope, account, service: options.service, item: message });
}

function shownText({ item, head, isWhole }: ShownItem): string {
  const to = item.info['to'];
  const facts = listText([
    ['Subject', infoText(item, 'subject')],
    ['From', infoText(item, 'from')],
    ['To', Array.isArray(to) ? plainText(to.join(', ')) : ''],
    ['Received', dateText(timeOf(item))],
    ['Size', sizeText(item.sizeBytes)],
  ]);
  const rest = isWhole ? '' : '\n\n… the rest is left out here; "holdfast restore" gives all of it.';
  return `${facts}\n\n${plainText(head)}${rest}`;
}

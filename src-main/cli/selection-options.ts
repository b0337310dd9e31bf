/** The options by which a person says which mailboxes, sites, groups and teams to back up. */
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { ProtectedItemInput } from '../../src-shared/model/protected-item.ts';

/** As the command line gives them; lists are undefined where the option is not there. */
export interface SelectionOptions {
  readonly mailboxes?: string;
  readonly only?: readonly string[];
  readonly onlyGroups?: readonly string[];
  readonly except?: readonly string[];
  readonly exceptGroups?: readonly string[];
  /** False with `--no-disabled`, and so on. */
  readonly disabled?: boolean;
  readonly unlicensed?: boolean;
  readonly shared?: boolean;
  readonly sites?: string;
  readonly onlySites?: readonly string[];
  readonly onlyTeams?: readonly string[];
  readonly exceptSites?: readonly string[];
  readonly exceptTeams?: readonly string[];
  readonly subsites?: boolean;
}

const selectionHelp = `
Mailboxes and sites are chosen apart, each as all, only some, or all but some. Naming only some of the one
leaves the other out, unless it is asked for with --mailboxes all or --sites all.

  Mailboxes are people, shared mailboxes, rooms and equipment, by address, user name or id. A group given to
  --only-groups or --except-groups stands for its members, nested groups too, as they are at every run.
  Sites are SharePoint sites by address (https://...) or id. Groups given to --only-teams or --except-teams are
  Outlook groups and teams themselves: conversations, plans, channels and their sites.

New mailboxes and sites join at the next run with all and with --except...; who left keeps the history.
"holdfast organization accounts" lists what there is to choose from.`;

export function addSelectionOptions(command: Command): Command {
  return command
    .option('--mailboxes <which>', 'all or none')
    .option('--only <mailbox...>', 'only these mailboxes')
    .option('--only-groups <group...>', 'only the mailboxes of the members of these groups; goes with --only')
    .option('--except <mailbox...>', 'all mailboxes but these')
    .option('--except-groups <group...>', 'all mailboxes but those of the members of these groups')
    .option('--no-disabled', 'no people whose sign-in is blocked, unless named by --only')
    .option('--no-unlicensed', 'no people without a licence, unless named by --only')
    .option('--no-shared', 'no shared mailboxes, rooms and equipment, unless named by --only')
    .option('--sites <which>', 'all or none; all sites, Outlook groups and teams')
    .option('--only-sites <site...>', 'only these sites, with what is below them')
    .option('--only-teams <group...>', 'only these Outlook groups and teams; goes with --only-sites')
    .option('--except-sites <site...>', 'all sites but these and what is below them')
    .option('--except-teams <group...>', 'all Outlook groups and teams but these')
    .option('--no-subsites', 'a named site is that site alone')
    .addHelpText('after', selectionHelp);
}

/** What the options say; throws `input-invalid` for options that contradict each other. */
export function selectionOf(options: SelectionOptions): Pick<ProtectedItemInput, 'mailboxes' | 'sites'> {
  const [mailboxes, sites] = [modeOf(options, mailboxWords), modeOf(options, siteWords)];
  const usual = mailboxes === 'selected' || sites === 'selected' ? 'none' : 'all';
  if ((mailboxes ?? usual) === 'none' && (sites ?? usual) === 'none')
    throw new AppError('input-invalid', 'This selects nothing at all. Nothing was created.');
  return {
    mailboxes: mailboxesOf(options, modeNames[mailboxes ?? usual]),
    sites: sitesOf(options, modeNames[sites ?? usual]),
  };
}

function mailboxesOf(options: SelectionOptions, mode: SelectionMode): ProtectedItemInput['mailboxes'] {
  const { only, onlyGroups, except, exceptGroups, disabled, unlicensed, shared } = options;
  const named = { users: [...(only ?? except ?? [])], groups: [...(onlyGroups ?? exceptGroups ?? [])] };
  return { mode, ...named, rule: { disabled, unlicensed, shared } };
}

function sitesOf(options: SelectionOptions, mode: SelectionMode): NonNullable<ProtectedItemInput['sites']> {
  const { onlySites, onlyTeams, exceptSites, exceptTeams, subsites: withSubsites = true } = options;
  const sites = (onlySites ?? exceptSites ?? []).map((site) => ({ site, withSubsites }));
  return { mode, sites, groups: [...(onlyTeams ?? exceptTeams ?? [])] };
}

type Mode = 'all' | 'none' | 'selected' | 'excluding';

type SelectionMode = 'all' | 'selected' | 'excluding';

const modeNames = { all: 'all', none: 'selected', selected: 'selected', excluding: 'excluding' } as const;

interface ModeWords {
  readonly which: 'mailboxes' | 'sites';
  readonly only: readonly (keyof SelectionOptions)[];
  readonly except: readonly (keyof SelectionOptions)[];
  /** The options as a person writes them. */
  readonly text: string;
}

const mailboxWords: ModeWords = {
  which: 'mailboxes',
  only: ['only', 'onlyGroups'],
  except: ['except', 'exceptGroups'],
  text: '--mailboxes, --only... or --except...',
};
const siteWords: ModeWords = {
  which: 'sites',
  only: ['onlySites', 'onlyTeams'],
  except: ['exceptSites', 'exceptTeams'],
  text: '--sites, --only-sites and --only-teams, or --except-sites and --except-teams',
};

/** Undefined where nothing is said of them. */
function modeOf(options: SelectionOptions, { which, only, except, text }: ModeWords): Mode | undefined {
  const modes: Mode[] = [];
  const said = options[which];
  if (said === 'all' || said === 'none') modes.push(said);
  else if (said !== undefined)
    throw new AppError('input-invalid', `--${which} is all or none, not "${said}". Nothing was created.`);
  if (only.some((name) => options[name] !== undefined)) modes.push('selected');
  if (except.some((name) => options[name] !== undefined)) modes.push('excluding');
  if (modes.length > 1)
    throw new AppError('input-invalid', `Give one of ${text}, not two of them. Nothing was created.`);
  return modes[0];
}

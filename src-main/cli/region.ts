/** The options that say in which Microsoft cloud an organization is. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Region } from '../../src-shared/model/connection.ts';

export interface RegionOptions {
  readonly region: string;
  readonly graphRoot?: string;
  readonly loginAuthority?: string;
  readonly caFile?: string;
}

const kinds = ['Global', 'USGovGccHigh', 'USGovDoD', 'China', 'Custom'] as const;

export function addRegionOptions(command: Command): Command {
  return command
    .option('--region <region>', 'Global, USGovGccHigh, USGovDoD, China or Custom', 'Global')
    .option('--graph-root <url>', 'with Custom: address of Microsoft Graph')
    .option('--login-authority <url>', 'with Custom: address of the sign-in service')
    .option('--ca-file <file>', 'with Custom: the only certificate authority to trust, as PEM');
}

/** The region that the options name; its addresses are checked with the connection. */
export async function regionOf({
  region,
  graphRoot,
  loginAuthority,
  caFile,
}: RegionOptions): Promise<Region> {
  const kind = kinds.find((each) => each.toLowerCase() === region.toLowerCase());
  if (kind === undefined) {
    throw new AppError(
      'input-invalid',
      `There is no region "${region}". Nothing was saved; choose one of ${kinds.join(', ')}.`,
    );
  }
  if (kind !== 'Custom') {
    if ((graphRoot ?? loginAuthority ?? caFile) === undefined) return { kind };
    throw new AppError(
      'input-invalid',
      '--graph-root, --login-authority and --ca-file go with --region Custom only. Nothing was saved.',
    );
  }
  if (graphRoot === undefined || loginAuthority === undefined) {
    throw new AppError(
      'input-invalid',
      'The region Custom needs --graph-root and --login-authority. Nothing was saved.',
    );
  }
  const caPem = caFile === undefined ? undefined : await readPem(caFile, '--ca-file');
  return { kind, graphRoot, loginAuthority, ...(caPem === undefined ? {} : { caPem }) };
}

/** A certificate in PEM form; `option` is what named its file. */
export async function readPem(path: string, option: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new AppError(
      'input-invalid',
      `The file of ${option}, ${path}, cannot be read. Nothing was saved.`,
      {
        cause: error,
        details: { path },
      },
    );
  });
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new AppError(
    'input-invalid',
    `The file of ${option}, ${path}, holds no certificate in PEM form. Nothing was saved.`,
    { details: { path } },
  );
}

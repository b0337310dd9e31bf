/** `holdfast organization test`: does the connection work, and what does it allow. */
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import { permissionServices, type PermissionService } from '../../src-shared/model/permission.ts';
import { choose, kinds } from '../cli/choice.ts';
import { connectionExit, connectionOf, connectionText } from '../cli/connection.ts';
import type { Perform } from '../cli/perform.ts';
import { exitOf } from '../cli/exit-codes.ts';

interface OrganizationTestOptions {
  readonly services?: readonly string[];
}

export function addOrganizationTest(organizations: Command, perform: Perform): void {
  organizations
    .command('test')
    .description('test the connection: sign-in, and each permission')
    .argument('[organization]', 'name or id; not needed where there is only one')
    .option('--services <service...>', `only these of ${permissionServices.join(', ')}`)
    .action(
      perform(async (session, options: OrganizationTestOptions, wanted: string | undefined) => {
        const record = choose((await session.records()).organizations(), kinds.organization, wanted);
        const client = await session.engine();
        const connection = await connectionOf(session, record);
        const services = servicesOf(options);
        const report = await client.organization.test({ connection, services }, { signal: session.signal });
        const exit = report.token.isOk ? connectionExit(report) : exitOf[report.token.code];
        return { facts: { organization: record, report }, text: connectionText(record.name, report), exit };
      }),
    );
}

function servicesOf({ services }: OrganizationTestOptions): PermissionService[] | undefined {
  if (services === undefined) return undefined;
  const unknown = services.find((name) => !permissionServices.some((known) => known === name));
  if (unknown === undefined) return permissionServices.filter((name) => services.includes(name));
  throw new AppError(
    'input-invalid',
    `There is no service "${unknown}". Choose from ${permissionServices.join(', ')}. Nothing was tested.`,
  );
}

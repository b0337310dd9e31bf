/** `holdfast simulate`: the sample organization in the foreground, to try every other command against. */
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../src-shared/errors/app-error.ts';
import type { Perform } from '../cli/perform.ts';
import type { Session } from '../cli/session.ts';
import type { SampleInfo } from '../sample/sample-organization.ts';

interface SimulateOptions {
  readonly users?: string;
  readonly messages?: string;
  readonly latency?: string;
  readonly port?: string;
  readonly caFile?: string;
  readonly secretFile?: string;
}

export function addSimulate(program: Command, perform: Perform): void {
  program
    .command('simulate')
    .description('run the sample organization on this machine until you press Ctrl-C')
    .option('--users <count>', 'how many accounts (default: 36)')
    .option('--messages <count>', 'messages in each mailbox (default: a long-tailed spread)')
    .option('--latency <ms>', 'how long each answer waits, as a stand-in for distance')
    .option('--port <port>', 'port of 127.0.0.1 (default: a free one)')
    .option('--ca-file <file>', 'where its certificate authority is written')
    .option('--secret-file <file>', 'where its application secret is written')
    .action(
      perform(async (session, options: SimulateOptions) => {
        await simulate(session, options);
        return { facts: { isStopped: true }, text: 'The sample organization has ended.' };
      }),
    );
}

async function simulate(session: Session, options: SimulateOptions): Promise<void> {
  const { SampleOrganization } = await import('../sample/sample-organization.ts');
  const sample = await SampleOrganization.start({
    users: wholeNumber(options.users, '--users'),
    messagesPerUser: wholeNumber(options.messages, '--messages'),
    latencyMs: wholeNumber(options.latency, '--latency'),
    port: wholeNumber(options.port, '--port'),
  });
  const stop = () => void sample.stop();
  session.signal.addEventListener('abort', stop);
  try {
    const { info } = sample;
    const caPath = resolve(
      options.caFile ?? join(tmpdir(), `holdfast-sample-${new URL(info.origin).port}-ca.pem`),
    );
    const secretPath = resolve(options.secretFile ?? caPath.replace(/(-ca)?\.pem$/, '-secret.txt'));
    await writeFile(caPath, info.caPem);
    await writeFile(secretPath, `${info.clientSecret}\n`, { mode: 0o600 });
    tellHow(session, { info, caPath, secretPath });
    if (session.signal.aborted) stop();
    await sample.ended();
  } finally {
    session.signal.removeEventListener('abort', stop);
    await sample.stop();
  }
}

/** With `--json` the one document comes when it is ready and not at its end, because a script waits for that. */
function tellHow(
  session: Session,
  { info, caPath, secretPath }: { info: SampleInfo; caPath: string; secretPath: string },
): void {
  if (session.isJson) {
    const { origin, graphRoot, loginAuthority, tenantId, clientId, controlUrl, controlToken } = info;
    const ready = {
      origin,
      graphRoot,
      loginAuthority,
      tenantId,
      clientId,
      controlUrl,
      controlToken,
      caPath,
      secretPath,
    };
    session.terminal.output.write(`${JSON.stringify(ready, null, 2)}\n`);
    return;
  }
  session.terminal.output.write(
    [
      `The sample organization answers at ${info.origin}. In another terminal:`,
      '',
      'npx holdfast vault create ./sample-vault',
      'npx holdfast organization add Sample --region Custom \\',
      `  --graph-root ${info.graphRoot} --login-authority ${info.loginAuthority} \\`,
      `  --ca-file ${caPath} \\`,
      `  --tenant ${info.tenantId} --client-id ${info.clientId} \\`,
      `  --secret-file ${secretPath}`,
      'npx holdfast protected-item create "All mail"',
      'npx holdfast backup',
      '',
      'Press Ctrl-C to end it.',
      '',
    ].join('\n'),
  );
}

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new AppError('input-invalid', `${option} takes a whole number, not "${text}". Nothing was started.`);
}

/** `holdfast demo`: shows and proves the main job in a minute, with nothing but this machine. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Perform } from '../cli/perform.ts';
import { durationText } from '../../src-shared/words/quantities.ts';
import { Session } from '../cli/session.ts';
import type { Findings } from '../demo/demonstration.ts';
import type { SampleOrganization } from '../sample/sample-organization.ts';

interface DemoOptions {
  readonly keep?: boolean;
}

export function addDemo(program: Command, perform: Perform): void {
  program
    .command('demo')
    .description(
      'back up, change, back up again, restore and compare: the sample organization, about a minute',
    )
    .option('--keep', 'keep its folder with vault and restored files')
    .action(
      perform(async (session, options: DemoOptions) => {
        const { findingsText } = await import('../demo/findings-text.ts');
        const startedMs = session.terminal.clock.nowMs();
        const findings = await demonstrate(session, options);
        const time = durationText(session.terminal.clock.nowMs() - startedMs);
        const text = `\n${findingsText(findings)}\n\nEverything is as it should be, in ${time}.`;
        return { facts: findings, text };
      }),
    );
}

/** Everything happens in a folder of its own, records and secrets included; nothing of the person's is touched. */
async function demonstrate(session: Session, { keep }: DemoOptions): Promise<Findings> {
  const [{ Demonstration }, sampleModule] = await Promise.all([
    import('../demo/demonstration.ts'),
    import('../sample/sample-organization.ts'),
  ]);
  const folderPath = await mkdtemp(join(tmpdir(), 'holdfast-demo-'));
  const inner = new Session(
    { ...session.terminal, env: demoEnvironment(session.terminal.env, folderPath) },
    { json: session.isJson },
    session.signal,
  );
  let sample: SampleOrganization | undefined;
  try {
    sample = await sampleModule.SampleOrganization.start({
      trafficFile: session.terminal.env['HOLDFAST_TRAFFIC_FILE'],
    });
    return await new Demonstration(inner, sample, folderPath).run();
  } finally {
    await inner.close();
    await sample?.stop();
    if (keep === true) session.say(`Kept in ${folderPath}`);
    else await rm(folderPath, { recursive: true, force: true });
  }
}

/** Its own data folder, and secrets made by chance that end with it. */
function demoEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  folderPath: string,
): Record<string, string | undefined> {
  return {
    ...env,
    HOLDFAST_HOME: join(folderPath, 'data'),
    HOLDFAST_PASSPHRASE: randomBytes(16).toString('base64url'),
    HOLDFAST_VAULT_PASSWORD: randomBytes(16).toString('base64url'),
  };
}

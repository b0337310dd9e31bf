/** Restores in a process of its own, which whoever starts it can keep short of something; writes how it ended. */
import { z } from 'zod';
import { isAppError } from '../../src-shared/errors/app-error.ts';
import { startEngine } from '../../src-worker/entries/engine.ts';
import { engineOptions, reportOf } from './backup-scene.ts';

const argument = z.object({
  vaultPath: z.string(),
  recoveryKey: z.string(),
  catalogFolderPath: z.string(),
  protectedItemId: z.string(),
  targetPath: z.string(),
  container: z.enum(['folder', 'zip']),
});

const { vaultPath, recoveryKey, catalogFolderPath, ...restore } = argument.parse(
  JSON.parse(process.argv[2] ?? ''),
);
const engine = startEngine(engineOptions(catalogFolderPath, 'restorer'));
try {
  const key = { kind: 'recovery' as const, recoveryKey };
  const { vault } = await engine.client.vault.open({ path: vaultPath, key });
  const report = await reportOf(await engine.client.restore.files({ vault, ...restore }));
  process.stdout.write(JSON.stringify({ report }));
} catch (error) {
  if (!isAppError(error)) throw error;
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message, details: error.details }));
} finally {
  engine.close();
}

/** `npm run bench -- [fetch|vault|codec|graph|catalog]`: one benchmark, or the two that have targets. Ratios, never tests. */
import { spawnSync } from 'node:child_process';

const scripts: Record<string, string> = {
  fetch: 'fetch.ts',
  vault: 'vault.ts',
  codec: 'codec-stages.ts',
  graph: 'graph-overhead.ts',
  catalog: 'catalog.ts',
};
const [name, ...words] = process.argv.slice(2);
const chosen = name === undefined ? ['fetch', 'vault'] : [name];
for (const each of chosen) {
  const script = scripts[each];
  if (script === undefined) {
    process.stderr.write(`There is no benchmark "${each}". There are: ${Object.keys(scripts).join(', ')}.\n`);
    process.exitCode = 2;
    break;
  }
  const { status } = spawnSync(process.execPath, [`tests/bench/${script}`, ...words], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = status ?? 1;
}

/**
 * Compiles the .wat files of src-worker/codec to .wasm.ts. Run by hand after one was changed:
 * `npx node tests/support/build-wasm.ts`. Unit tests recompile and compare, so the two cannot part.
 */
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';

const folderUrl = new URL('../../src-worker/codec/', import.meta.url);
const LINE_LENGTH = 100;

/** Names of the modules, and of the constants that hold them. */
const modules = { 'gear-chunker': 'gearChunkerWasm', 'base64-decoder': 'base64DecoderWasm' } as const;
type ModuleName = keyof typeof modules;

/** The bytes of the module that `name`.wat describes. */
export async function compileWat(name: ModuleName): Promise<Uint8Array> {
  const tools = await wabt();
  const module = tools.parseWat(`${name}.wat`, await readFile(new URL(`${name}.wat`, folderUrl), 'utf8'), {
    bulk_memory: true,
  });
  try {
    module.validate();
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

function toTypeScript(name: ModuleName, wasm: Uint8Array): string {
  const base64 = Buffer.from(wasm).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  return [
    `/** ${name}.wat, compiled by tests/support/build-wasm.ts. Not to be edited. */`,
    `export const ${modules[name]} =`,
    ...lines.map((line, index) => `  '${line}'${index === lines.length - 1 ? ';' : ' +'}`),
    '',
  ].join('\n');
}

if (import.meta.main) {
  for (const name of Object.keys(modules) as ModuleName[])
    await writeFile(new URL(`${name}.wasm.ts`, folderUrl), toTypeScript(name, await compileWat(name)));
}

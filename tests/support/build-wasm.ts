/**
 * Compiles src-worker/codec/gear-chunker.wat to gear-chunker.wasm.ts. Run by hand after the .wat was changed:
 * `npx node tests/support/build-wasm.ts`. A unit test recompiles and compares, so the two cannot part.
 */
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';

const sourceUrl = new URL('../../src-worker/codec/gear-chunker.wat', import.meta.url);
const outputUrl = new URL('../../src-worker/codec/gear-chunker.wasm.ts', import.meta.url);
const LINE_LENGTH = 100;

/** The bytes of the module that the .wat describes. */
export async function compileGearChunker(): Promise<Uint8Array> {
  const tools = await wabt();
  const module = tools.parseWat('gear-chunker.wat', await readFile(sourceUrl, 'utf8'));
  try {
    module.validate();
    return module.toBinary({}).buffer;
  } finally {
    module.destroy();
  }
}

function toTypeScript(wasm: Uint8Array): string {
  const base64 = Buffer.from(wasm).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  return [
    '/** gear-chunker.wat, compiled by tests/support/build-wasm.ts. Not to be edited. */',
    'export const gearChunkerWasm =',
    ...lines.map((line, index) => `  '${line}'${index === lines.length - 1 ? ';' : ' +'}`),
    '',
  ].join('\n');
}

if (import.meta.main) await writeFile(outputUrl, toTypeScript(await compileGearChunker()));

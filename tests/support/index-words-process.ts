/** Indexes the words of a catalog to the end, as an engine does: node index-words-process.ts PATH. Prints the slices made. */
import { Catalog } from '../../src-worker/catalog/catalog.ts';

const catalog = new Catalog(process.argv[2] ?? '', new Uint8Array(32));
let slices = 0;
while (catalog.search.indexSlice()) slices += 1;
catalog.close();
process.stdout.write(String(slices));

/**
 * The ceiling for files: lists every drive by its delta and downloads each file with undici and keep-alive, as many at
 * once as the backup, and throws the bytes away. `node files-ceiling.ts CONFIG.json`; prints a JSON line.
 */
import { runCeiling } from './ceiling.ts';
import { fileUrlPages } from './simulator-mail.ts';

await runCeiling({
  // As many as the backup has on SharePoint.
  connections: 32,
  pagesOf: fileUrlPages,
  drain: (client, url) => client.drainUrl(url),
});

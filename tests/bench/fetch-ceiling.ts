/**
 * The ceiling: fetches every message of an organization with undici and keep-alive, with the concurrency that the
 * backup has, and throws the bytes away. `node fetch-ceiling.ts CONFIG.json`; prints a JSON line.
 */
import { runCeiling } from './ceiling.ts';
import { messageIdPages } from './simulator-mail.ts';

await runCeiling({
  connections: 64,
  pagesOf: messageIdPages,
  drain: (client, id, user) => client.drain(`/v1.0/users/${user}/messages/${id}/$value`),
});

/** The https server on loopback and the first fork of the road: Graph, control, downloads, uploads, or sign-in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerCertificate } from './certificates.ts';

export interface Roads {
  graph: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  download: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  upload: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  control: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  signIn: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
}

function roadFor(roads: Roads, url: string): Roads['graph'] {
  if (url.startsWith('/v1.0/') || url.startsWith('/beta/')) return roads.graph;
  if (url.includes('/_api/web/')) return roads.graph;
  if (url.startsWith('/download/')) return roads.download;
  if (url.startsWith('/upload/')) return roads.upload;
  return url.startsWith('/control/') ? roads.control : roads.signIn;
}

/** Starts listening on 127.0.0.1; resolves with the server and its port. */
export async function listen(
  roads: Roads,
  certificate: ServerCertificate,
  port: number,
): Promise<{ server: Server; port: number }> {
  const server = createServer({
    key: certificate.keyPem,
    cert: certificate.chainPem,
    keepAliveTimeout: 120_000,
    noDelay: true,
  });
  server.on('request', (request, response) => {
    roadFor(roads, request.url ?? '')(request, response).catch((error: unknown) => {
      // A programmer's error: let the client see a 500 rather than wait, and the process tell what happened.
      process.emitWarning(error instanceof Error ? error : new Error(String(error)));
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return { server, port: (server.address() as AddressInfo).port };
}

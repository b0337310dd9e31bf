/** A server on loopback for all hosts and both schemes: counts whoever asks for anything, and serves one page. */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createCertificate } from './application-certificate.ts';

/** What somebody asked for. */
export interface CountedRequest {
  readonly isSecure: boolean;
  readonly host: string;
  readonly path: string;
}

const tlsHandshake = 0x16;

export class CountingServer {
  /** In their order; grows. */
  readonly requests: readonly CountedRequest[];
  readonly port: number;
  readonly #close: () => void;

  private constructor(requests: readonly CountedRequest[], port: number, close: () => void) {
    this.requests = requests;
    this.port = port;
    this.#close = close;
  }

  /** `page` is served to `pageHost`; everybody else gets an empty answer. */
  static async open(pageHost: string, page: string): Promise<CountingServer> {
    const counted: CountedRequest[] = [];
    const answer =
      (isSecure: boolean) =>
      (request: IncomingMessage, response: ServerResponse): void => {
        const { host = '' } = request.headers;
        counted.push({ isSecure, host, path: request.url ?? '' });
        const isPage = host.startsWith(pageHost);
        response.writeHead(isPage ? 200 : 204, { 'content-type': 'text/html; charset=utf-8' });
        response.end(isPage ? page : '');
      };
    const plain = createHttpServer(answer(false));
    const { certificatePem, privateKeyPem } = createCertificate();
    const secure = createHttpsServer({ cert: certificatePem, key: privateKeyPem }, answer(true));
    const sockets = new Set<Socket>();
    // The first byte tells what is spoken, so that one port serves both.
    const door = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
      socket.once('data', (first) => {
        socket.pause();
        socket.unshift(first);
        (first[0] === tlsHandshake ? secure : plain).emit('connection', socket);
        process.nextTick(() => socket.resume());
      });
    });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const close = (): void => {
      for (const socket of sockets) socket.destroy();
      door.close();
    };
    return new CountingServer(counted, (door.address() as AddressInfo).port, close);
  }

  close(): void {
    this.#close();
  }
}

import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { makeCertificates } from '../../scripts/mailbox/certificates.mjs';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real https server on this machine's loopback, with an authority of its own. */
export interface UpdateServer {
  readonly origin: string;
  readonly ca: string;
  readonly port: number;
  /** What lies there, by path; a function answers as it likes. */
  readonly files: Map<string, Uint8Array | Answer>;
  /** What was asked: method, path, and the headers as they came. */
  readonly asked: { readonly method: string; readonly path: string; readonly headers: readonly string[] }[];
  close(): Promise<void>;
}

/** `host`: whose certificate it shows. */
export async function startUpdateServer(host = '127.0.0.1'): Promise<UpdateServer> {
  const { authority, servers } = makeCertificates([host]);
  const [own] = servers;
  if (own === undefined) throw new Error('no certificate');
  const files: UpdateServer['files'] = new Map();
  const asked: UpdateServer['asked'] = [];
  const server: Server = createServer({ cert: own.certificate, key: own.key }, (request, response) => {
    const { method = '', url = '', rawHeaders } = request;
    asked.push({ method, path: url, headers: rawHeaders });
    const found = files.get(url);
    if (typeof found === 'function') return found(request, response);
    if (found === undefined) return void response.writeHead(404).end('not here');
    serve(request, response, found);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `https://${host}:${address.port}/keyshift/`,
    ca: authority,
    port: address.port,
    files,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** As any web server does: whole, or from where it is asked on. */
export function serve(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const head = from === 0 ? { 'Content-Length': bytes.length } : { 'Content-Length': bytes.length - from, 'Content-Range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(from === 0 ? 200 : 206, head).end(bytes.subarray(from));
}

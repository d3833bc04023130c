import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type { RouterSearch } from '../../electron/network/router/keep-mapped';

/** A router on loopback that does what a test tells it. Nothing goes anywhere else. */
export interface FakeRouter {
  /** For the mapper: look here only. */
  readonly search: Partial<RouterSearch>;
  readonly httpPort: number;
  /** Requests over HTTP, as `METHOD path action`. */
  readonly asked: string[];
  /** Orders of SOAP with their fields, oldest first. */
  readonly orders: { readonly action: string; readonly fields: Readonly<Record<string, string>> }[];
  /** Requests of NAT-PMP, as bytes. */
  readonly datagrams: number[][];
  close(): Promise<void>;
}

export interface FakeRouterOptions {
  /** Answers to a datagram of NAT-PMP; absent: silence. */
  readonly natPmp?: (request: Buffer, socket: Socket, from: RemoteInfo) => void;
  /** The answer to a search; absent: silence. May be called often. */
  readonly location?: (httpPort: number) => string | Buffer | undefined;
  /** Answers what is asked over HTTP itself, and says so. */
  readonly http?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** The answer to an order: fields, or an error code. */
  readonly order?: (action: string, fields: Readonly<Record<string, string>>) => Readonly<Record<string, string | undefined>> | number;
  /** How long it takes to answer an order. */
  readonly pauseMs?: (action: string) => number;
}

export const here = { local: '127.0.0.1', gateway: '127.0.0.1', mayAsk: (host: string) => host === '127.0.0.1' };

export function found(httpPort: number, location = `http://127.0.0.1:${httpPort}/root.xml`): string {
  return `HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nLOCATION: ${location}\r\n\r\n`;
}

export function description(control = '/control'): string {
  return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device><serviceList><service>
    <serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>${control}</controlURL></service></serviceList></device></root>`;
}

export async function fakeRouter(options: FakeRouterOptions = {}): Promise<FakeRouter> {
  const asked: string[] = [];
  const orders: FakeRouter['orders'] = [];
  const datagrams: number[][] = [];
  const http = createServer((request, response) => {
    const action = /#(\w+)/.exec(String(request.headers['soapaction'] ?? ''))?.[1];
    asked.push([request.method, request.url, action].filter(Boolean).join(' '));
    if (options.http?.(request, response) === true) return;
    if (action === undefined) {
      response.end(description());
      return;
    }
    void bodyOf(request).then(async (body) => {
      const fields = Object.fromEntries([...body.matchAll(/<(New\w+)>([^<]*)</g)].map(([, name = '', value = '']) => [name, value]));
      orders.push({ action, fields });
      const pause = options.pauseMs?.(action) ?? 0;
      if (pause > 0) await setTimeout(pause);
      answerOrder(response, action, options.order?.(action, fields) ?? {});
    });
  });
  const httpPort = await listening(http);
  const natPmp = await bound((request, from) => {
    datagrams.push([...request]);
    options.natPmp?.(request, natPmp, from);
  });
  const ssdp = await bound((request, from) => {
    const answer = request.toString().startsWith('M-SEARCH') ? options.location?.(httpPort) : undefined;
    if (answer !== undefined) ssdp.send(answer, from.port, from.address);
  });
  return {
    search: { near: () => [options.natPmp ? here : { local: here.local, mayAsk: here.mayAsk }], natPmpPort: natPmp.address().port, call: { host: '127.0.0.1', port: ssdp.address().port }, patience: 0.06 },
    httpPort,
    asked,
    orders,
    datagrams,
    close: async () => {
      natPmp.close();
      ssdp.close();
      http.closeAllConnections();
      await new Promise((resolve) => {
        http.close(resolve);
      });
    },
  };
}

/** A NAT-PMP router that does as it is asked. */
export function goodNatPmp(outside: readonly number[], change: (answer: Buffer) => Buffer = (answer) => answer): NonNullable<FakeRouterOptions['natPmp']> {
  return (request, socket, from) => {
    const answer = Buffer.alloc(request[1] === 0 ? 12 : 16);
    answer[1] = 128 + (request[1] ?? 0);
    if (request[1] === 0) answer.set(outside, 8);
    else {
      answer.writeUInt16BE(request.readUInt16BE(4), 8);
      answer.writeUInt16BE(request.readUInt16BE(6), 10);
      answer.writeUInt32BE(request.readUInt32BE(8), 12);
    }
    socket.send(change(answer), from.port, from.address);
  };
}

function answerOrder(response: ServerResponse, action: string, answer: Readonly<Record<string, string | undefined>> | number): void {
  const envelope = (inside: string): string => `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>${inside}</s:Body></s:Envelope>`;
  if (typeof answer === 'number') {
    response.statusCode = 500;
    response.end(envelope(`<s:Fault><detail><UPnPError><errorCode>${answer}</errorCode></UPnPError></detail></s:Fault>`));
    return;
  }
  const fields = Object.entries(answer).map(([name, value]) => `<${name}>${value}</${name}>`);
  response.end(envelope(`<u:${action}Response xmlns:u="x">${fields.join('')}</u:${action}Response>`));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function bound(hear: (bytes: Buffer, from: RemoteInfo) => void): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4', hear);
    socket.bind(0, '127.0.0.1', () => resolve(socket));
  });
}

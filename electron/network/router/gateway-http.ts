import { request } from 'node:http';
import { isIPv4 } from 'node:net';
import { RouterRefusal } from './router';

export interface HttpTarget {
  /** An IPv4 literal: no name is ever looked up. */
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Of a description: real ones have 5–20 KiB. */
const MAX_BODY = 128 * 1024;
const MAX_HEADERS = 8 * 1024;
/** Milliseconds. */
const LIMIT_MS = 4_000;

/** An http URL that leads to `host` itself and nowhere else; undefined for any other text. At most 1,024 characters. */
export function targetOf(text: string, host: string, base?: string): HttpTarget | undefined {
  if (text.length > 1_024) return undefined;
  try {
    const { protocol, hostname, port, pathname, search, username, password } = new URL(text, base);
    if (protocol !== 'http:' || hostname !== host || !isIPv4(host) || username !== '' || password !== '') return undefined;
    return { host, port: port === '' ? 80 : Number(port), path: pathname + search };
  } catch {
    return undefined;
  }
}

export interface Asking {
  /** Sent as POST; without it a GET. */
  readonly post?: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  /** Milliseconds; four seconds when left out. */
  readonly limitMs?: number;
}

/** One request, on a connection of its own; redirects are answers like others. Rejects when it takes longer than its limit or is larger than 128 KiB. */
export function ask(to: HttpTarget, local: string, signal: AbortSignal, { post, limitMs = LIMIT_MS }: Asking = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const asking = request({
      host: to.host,
      port: to.port,
      path: to.path,
      localAddress: local,
      family: 4,
      agent: false,
      maxHeaderSize: MAX_HEADERS,
      method: post ? 'POST' : 'GET',
      headers: { Connection: 'close', ...(post && { ...post.headers, 'Content-Length': Buffer.byteLength(post.body) }) },
    });
    const timer = setTimeout(() => fail(), limitMs);
    const gone = (): void => fail();
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', gone);
    };
    const fail = (): void => {
      settle();
      asking.destroy();
      reject(new RouterRefusal('no answer over HTTP'));
    };
    signal.addEventListener('abort', gone);
    if (signal.aborted) return fail();
    asking.on('error', fail);
    asking.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('error', fail);
      response.on('close', () => {
        if (!response.complete) fail();
      });
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BODY) fail();
        else chunks.push(chunk);
      });
      response.on('end', () => {
        settle();
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    asking.end(post?.body);
  });
}

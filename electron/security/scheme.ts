import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { CustomScheme, Protocol, ProtocolRequest, ProtocolResponse } from 'electron';
import { companionHeaders } from './headers';
import { contentSecurityPolicy } from './csp';
import { appOrigin, appPage, appScheme, mediaAddress } from './origin';

/** Hardening row 5, and `stream`, without which sound is not played. Nothing more: no CSP bypass, no CORS, no service workers, no code cache. */
export const schemePrivileges: CustomScheme = {
  scheme: appScheme,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true },
};

/** What a page may be made of. Other files, source maps among them, are not served. */
const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['.html', 'text/html; charset=utf-8'],
  ['.js', 'text/javascript; charset=utf-8'],
  ['.css', 'text/css; charset=utf-8'],
  ['.svg', 'image/svg+xml'],
  ['.png', 'image/png'],
  ['.webp', 'image/webp'],
  ['.ico', 'image/x-icon'],
  ['.woff2', 'font/woff2'],
  ['.ogg', 'audio/ogg'],
]);

/** What is read of a request. */
export type PageRequest = Pick<ProtocolRequest, 'url' | 'method' | 'headers'>;

/** The part of Electron's `protocol` that is used. */
export type SchemeProtocol = Pick<Protocol, 'registerStreamProtocol' | 'interceptStreamProtocol'>;

export interface PageFile {
  readonly path: string;
  readonly mediaType: string;
}

/** The complete address of every file that exists for a page, decided once at start. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Lists the built renderer. Links, dot files, unknown kinds and names that would need escaping in an address are left out. */
export function listPageFiles(root: string): PageFiles {
  const files = new Map<string, PageFile>();
  const visit = (folder: string, address: string): void => {
    for (const name of readdirSync(folder).sort()) {
      if (!/^\w[\w.-]*$/.test(name)) continue;
      const path = join(folder, name);
      const kind = lstatSync(path);
      const mediaType = mediaTypes.get(extname(name));
      if (kind.isDirectory()) visit(path, `${address}/${name}`);
      else if (kind.isFile() && mediaType !== undefined) files.set(`${address}/${name}`, { path, mediaType });
    }
  };
  visit(root, appOrigin);
  const page = files.get(appPage);
  if (page !== undefined) files.set(`${appOrigin}/`, page);
  return files;
}

export interface PageAnswer {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Answers one request of a page. The address is compared as a whole: no decoding, no joining of paths, hence no traversal.
 * Everything that is not on the list is 404, whatever it is. Throws when a file of the list cannot be read.
 */
export function servePage(files: PageFiles, request: { readonly url: string; readonly method: string }): PageAnswer {
  const [address = ''] = request.url.split('#', 1);
  const file = request.method === 'GET' ? files.get(address) : undefined;
  const common = { 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff', ...companionHeaders };
  if (file === undefined) return { status: 404, headers: { ...common, 'content-type': 'text/plain; charset=utf-8' }, body: Buffer.from('Not found') };
  return { status: 200, headers: { ...common, 'content-type': file.mediaType }, body: readFileSync(file.path) };
}

/** What files of messages are shown from; undefined: nothing to be shown is there. `range`: the header of this name. */
export type ServeMedia = (path: string, range: string | null) => Promise<MediaAnswer | undefined>;

export interface MediaAnswer {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array>;
}

/** Content of files of messages, as what the main process found it to be by its own bytes. Never kept by Chromium. */
export async function serveMedia(media: ServeMedia, request: PageRequest): Promise<MediaAnswer | undefined> {
  const [address = ''] = request.url.split('#', 1);
  if (request.method !== 'GET' || !address.startsWith(mediaAddress)) return undefined;
  const range = Object.entries(request.headers).find(([name]) => name.toLowerCase() === 'range')?.[1] ?? null;
  const answer = await media(address.slice(mediaAddress.length), range).catch(() => undefined);
  if (answer === undefined) return undefined;
  const { status, headers, body } = answer;
  return { status, headers: { ...headers, 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...companionHeaders }, body };
}

/**
 * Serves the pages and says which of their files; `file:`, which the request filter does not see in every case, does not exist for them.
 * Not by `protocol.handle`: its `Request` and `Response` are 15 ms to read for the first time, and they pass every file through three kinds of streams on the
 * thread that also brings the window, 30 ms of a start. What is answered is the same (docs/decisions/077).
 */
export function handleScheme(protocol: SchemeProtocol, files: PageFiles, media: ServeMedia, gave: (address: string) => void): void {
  protocol.registerStreamProtocol(appScheme, (request, answer) => {
    if (request.url.startsWith(mediaAddress)) {
      void serveMedia(media, request).then((shown) => answer(shown === undefined ? pageAnswer(files, request) : streamed(shown, Readable.fromWeb(shown.body as NodeReadableStream<Uint8Array>))));
      return;
    }
    gave(request.url);
    answer(pageAnswer(files, request));
  });
  protocol.interceptStreamProtocol('file', (request, answer) => answer(pageAnswer(files, request)));
}

/** Chromium's `net::ERR_FAILED`. */
const failed = -2;

/** In one piece. Nobody would catch what is thrown here: a file that cannot be read is a request that failed. */
function pageAnswer(files: PageFiles, request: PageRequest): ProtocolResponse {
  try {
    const answer = servePage(files, request);
    return streamed(answer, Readable.from([answer.body], { objectMode: false }));
  } catch {
    return { error: failed };
  }
}

function streamed({ status, headers }: Pick<PageAnswer | MediaAnswer, 'status' | 'headers'>, data: Readable): ProtocolResponse {
  return { statusCode: status, headers: { ...headers }, data };
}

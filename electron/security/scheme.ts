import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { CustomScheme, Protocol } from 'electron';
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

/**
 * Answers one request of a page. The address is compared as a whole: no decoding, no joining of paths, hence no traversal.
 * Everything that is not on the list is 404, whatever it is.
 */
export function servePage(files: PageFiles, request: { readonly url: string; readonly method: string }): Response {
  const [address = ''] = request.url.split('#', 1);
  const file = request.method === 'GET' ? files.get(address) : undefined;
  const common = { 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff', ...companionHeaders };
  if (file === undefined) {
    return new Response('Not found', { status: 404, headers: { ...common, 'content-type': 'text/plain; charset=utf-8' } });
  }
  return new Response(readFileSync(file.path), { status: 200, headers: { ...common, 'content-type': file.mediaType } });
}

/** What files of messages are shown from; undefined: nothing to be shown is there. `range`: the header of this name. */
export type ServeMedia = (path: string, range: string | null) => Promise<MediaAnswer | undefined>;

export interface MediaAnswer {
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array>;
}

/** Content of files of messages, as what the main process found it to be by its own bytes. Never kept by Chromium. */
export async function serveMedia(media: ServeMedia, request: Pick<Request, 'url' | 'method' | 'headers'>): Promise<Response | undefined> {
  const [address = ''] = request.url.split('#', 1);
  if (request.method !== 'GET' || !address.startsWith(mediaAddress)) return undefined;
  const answer = await media(address.slice(mediaAddress.length), request.headers.get('range')).catch(() => undefined);
  if (answer === undefined) return undefined;
  const { status, headers, body } = answer;
  return new Response(body, { status, headers: { ...headers, 'content-security-policy': contentSecurityPolicy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', ...companionHeaders } });
}

/** Serves the pages and says which of their files; `file:`, which the request filter does not see in every case, does not exist for them. */
export function handleScheme(protocol: Pick<Protocol, 'handle'>, files: PageFiles, media: ServeMedia, gave: (address: string) => void): void {
  protocol.handle(appScheme, async (request) => {
    const shown = await serveMedia(media, request);
    if (shown !== undefined) return shown;
    gave(request.url);
    return servePage(files, request);
  });
  protocol.handle('file', (request) => servePage(files, request));
}

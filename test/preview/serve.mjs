// Builds the window with the test double in place of the preload and serves it on 127.0.0.1 under the product's policy.
// The product's own build never sees this folder.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { guidePages } from '../../scripts/lib/guide.mjs';

export const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; font-src 'self'; connect-src 'none'; worker-src 'none'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

const root = resolve(import.meta.dirname ?? '.', '../..');
/** Named by what stands in them: a page that is loaded for each scene fetches and compiles them once. */
const hashed = /^\/assets\/.+-[\w-]{8}\.\w+$/;
const types = { '.svg': 'image/svg+xml', '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/**
 * The files of the window by their paths, held in memory: whoever builds it at the same time takes nothing away from what is served here.
 * @param {(id: string) => void} [reads] Told of every module that it is built from.
 * @returns {Promise<ReadonlyMap<string, string | Uint8Array>>}
 */
export async function buildPreview(reads = () => undefined) {
  // Only now: who requires this file, as Playwright does, could not wait for them.
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  const built = await build({
    configFile: false,
    root: join(root, 'renderer'),
    publicDir: false,
    logLevel: 'warn',
    plugins: [
      react(),
      guidePages(),
      {
        name: 'double-instead-of-preload',
        moduleParsed: ({ id }) => reads(id),
        transformIndexHtml: { order: 'pre', handler: (html) => html.replace('src="/main.tsx"', 'src="../test/preview/entry.ts"') },
      },
    ],
    build: { write: false, target: 'chrome130', modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 },
  });
  return new Map([built].flat().flatMap(({ output }) => output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source])));
}

/** Answers only files of the build; port 0 = any free one. Returns the address and how to stop. @param {ReadonlyMap<string, string | Uint8Array>} files @param {number} [port] */
export async function servePreview(files, port = 0) {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
    if (path === '/favicon.ico') {
      response.writeHead(204).end();
      return;
    }
    // Where the app serves pictures of messages by their ids: here one of two, whatever was asked for.
    if (path.startsWith('/media/')) {
      const name = Number.parseInt(path.at(-1) ?? '0', 16) % 2 === 0 ? 'drawing' : 'harbour';
      void readFile(join(root, `test/preview/media/${name}.svg`)).then((bytes) => response.writeHead(200, { 'content-type': types['.svg'] }).end(bytes));
      return;
    }
    const name = path === '/' ? '/index.html' : path;
    const content = files.get(name);
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream', 'content-security-policy': policy, 'x-content-type-options': 'nosniff', ...(hashed.test(name) && { 'cache-control': 'max-age=3600' }) }).end(content);
  });
  await new Promise((done) => server.listen(port, '127.0.0.1', done));
  return { address: `http://127.0.0.1:${server.address().port}`, stop: () => new Promise((done) => server.close(done)) };
}

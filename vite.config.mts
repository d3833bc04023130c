import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { guidePages } from './scripts/lib/guide.mjs';

const openWindow = /[\\/]renderer[\\/]app[\\/]main-window\.tsx$/;

/**
 * The file of the open window, and what it imports, are named in the page, behind what its first screen needs: asked for when it is wanted, it would wait for the
 * main process, which then makes the services ready. It is fetched and compiled beside that, and run when the page has nothing else to do (renderer/main.tsx).
 */
const openWindowAhead: Plugin = {
  name: 'open-window-ahead',
  transformIndexHtml: {
    order: 'post',
    handler: (html, { bundle = {} }) => {
      const files = new Set<string>();
      const add = (name: string): void => {
        const part = bundle[name];
        if (part?.type !== 'chunk' || files.has(name)) return;
        files.add(name);
        part.imports.forEach(add);
      };
      for (const part of Object.values(bundle)) if (part.type === 'chunk' && part.moduleIds.some((id) => openWindow.test(id))) add(part.fileName);
      return [...files].filter((name) => !html.includes(name)).map((name) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${name}` }, injectTo: 'head' }));
    },
  },
};

/**
 * Packages in the older form of modules, React's among them, are functions that run as soon as they are asked for. Rolldown writes them as arrows, which V8 looks over and
 * reads again when they are called; a `function` in brackets it compiles where it stands. Of React's 200 KB that is 6 of 16 ms.
 */
const compiledWhereItStands: Plugin = {
  name: 'compiled-where-it-stands',
  // One line each, whose places are kept well enough.
  renderChunk: (code) => ({ code: code.replace(/(__commonJS(?:Min)?\(\()\((exports(?:, module)?)\) => \{/gu, '$1function($2) {'), map: null }),
};

export default defineConfig({
  root: 'renderer',
  base: '/',
  publicDir: false,
  plugins: [react(), guidePages(), openWindowAhead, compiledWhereItStands],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    // The oldest runtime is Electron 33.
    target: 'chrome130',
    // Both keep the content security policy strict: no inline script, no data: addresses.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    sourcemap: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What a start reads comes in two files: what the first screen needs, and what the open window needs beside it. Divided by who shares what with whom these are fourteen, and for
          // each the main process has one answer more to give, in JavaScript, while the page waits.
          groups: [
            { name: 'first', tags: ['$initial'], priority: 2 },
            { name: 'main-window', test: openWindow, priority: 1 },
          ],
        },
      },
    },
  },
});

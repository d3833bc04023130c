// Bundled packages that print on their own: stdout belongs to whoever started the headless peer, and what a server sent is nobody's
// to read there. Their words are taken out when the program is built.
import { readFile } from 'node:fs/promises';

/** @type {import('esbuild').Plugin} */
export const quietPackages = {
  name: 'quiet packages',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@nats-io[\\/].*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/\bconsole\.(log|info|warn|error|debug|trace)\(/g, '(() => {})('),
      loader: 'js',
    }));
  },
};

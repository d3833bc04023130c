// Schemas of the window's main process are read as they stand. zod makes a function of each object's schema when it is first used, from text, unless it was told not to before
// the schema was made; and which file of a divided program runs first is the bundler's to say. So whoever asks for zod gets it told already.
import { root } from './paths.mjs';

/** @type {import('esbuild').Plugin} */
export const plainSchemas = {
  name: 'plain schemas',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^zod$/ }, ({ namespace }) => (namespace === 'plain' ? undefined : { path: 'zod', namespace: 'plain' }));
    onLoad({ filter: /.*/, namespace: 'plain' }, () => ({ contents: "import { config } from 'zod';\nconfig({ jitless: true });\nexport * from 'zod';\n", loader: 'js', resolveDir: root }));
  },
};

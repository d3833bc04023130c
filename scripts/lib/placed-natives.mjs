// Packages that look for their native library by reading descriptions of packages and folders, each time they are loaded: 12 ms of the main process for
// sodium-native, 3 for the database. Where it lies is known: beside the package, by system and processor, as both publish it. Their own code, without the looking, becomes part of the bundle.
import { inRoot } from './paths.mjs';

/** The module that takes the library from where it lies: the package is found as before, by its name. @param {string} name @param {string} up from its entry file to its folder @param {string} file */
const taken = (name, up, file) => `require(require('node:path').join(require.resolve('${name}'), '${up}', 'prebuilds', \`\${process.platform}-\${process.arch}\`, '${file}'))`;

/** @type {import('esbuild').Plugin} */
export const placedNatives = {
  name: 'placed natives',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^sodium-native$/ }, ({ kind }) => (kind === 'require-resolve' ? { external: true } : { path: inRoot('node_modules/sodium-native/index.js') }));
    onLoad({ filter: /[\\/]sodium-native[\\/]binding\.js$/ }, () => ({ contents: `module.exports = ${taken('sodium-native', '..', 'sodium-native.node')};`, loader: 'js' }));
    onResolve({ filter: /^@signalapp\/sqlcipher$/ }, ({ kind }) => (kind === 'require-resolve' ? { external: true } : { path: inRoot('node_modules/@signalapp/sqlcipher/dist/index.cjs') }));
    onResolve({ filter: /^node-gyp-build$/ }, () => ({ path: 'node-gyp-build', namespace: 'placed' }));
    onLoad({ filter: /.*/, namespace: 'placed' }, () => ({ contents: `module.exports = () => ${taken('@signalapp/sqlcipher', '../..', '@signalapp+sqlcipher.node')};`, loader: 'js' }));
  },
};

// Makes .cache/bench/*.cjs of test/bench: the product's own sources, bundled as the product is.
import { nodeBundle } from '../build.mjs';
import { inCache, inRoot } from '../lib/paths.mjs';
import { putBundle } from '../lib/put-file.mjs';

/** @param {readonly string[]} parts of messages, handshake, records, bursts, catch-up */
export async function bundleBench(parts) {
  await putBundle({
    ...nodeBundle,
    entryPoints: [...parts.map((each) => inRoot(`test/bench/in-${each}.ts`)), inRoot('electron/headless.ts')],
    entryNames: '[name]',
    outdir: inCache('bench'),
    outExtension: { '.js': '.cjs' },
    // libsignal is an ES module that finds its native part beside itself: a bundle has no such place, so it is told where it lay.
    define: { 'import.meta.dirname': JSON.stringify(inRoot('test/bench/node_modules/@signalapp/libsignal-client/dist')) },
  });
}

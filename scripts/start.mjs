// `npm start`: sets everything up, builds, and opens the app. Words after `--` go to the app.
import { join } from 'node:path';
import { PARTS } from './build.mjs';
import { hasDisplay } from './lib/display.mjs';
import { configFolder, launchApp, needsNoSandbox } from './lib/launch-app.mjs';
import { followChild } from './lib/process.mjs';
import { assertSandbox } from './lib/sandbox.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

const NO_DISPLAY = `There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can be opened.

  npm run demo -- --script     plays a short conversation on a virtual display and writes pictures of it
  npm run -s headless -- …     runs a peer without a window
`;

await asCommand(async () => {
  if (!hasDisplay()) throw new PlainError(NO_DISPLAY);
  const runtime = await setUp({ electron: true, parts: PARTS });
  assertSandbox(runtime);
  const { child } = launchApp({ runtime, profile: await profileFor(runtime), args: process.argv.slice(2) });
  if (needsNoSandbox()) say('Running as root, therefore without Chromium’s sandbox. Better start it as an ordinary user.');
  return followChild(child);
});

/** The real runtime uses the usual profile. The trial runtime has one of its own, and never takes the place of a real one. */
async function profileFor(runtime) {
  const { noteRealRuntime, realRuntimeWasUsed } = await import('./electron-runtime.mjs');
  if (runtime.kind === 'electron') {
    noteRealRuntime(runtime);
    return undefined;
  }
  if (realRuntimeWasUsed()) {
    throw new PlainError(
      'Keyshift has run here with a current Electron before. It is missing now and cannot be downloaded, and the outdated trial runtime ' +
        'is not used in its place. Please try again with access to github.com.',
    );
  }
  const profile = join(configFolder(), 'keyshift-trial');
  say(`This is the trial runtime: Electron ${runtime.version}, which no longer gets security fixes. It uses a profile of its own: ${profile}`);
  return profile;
}

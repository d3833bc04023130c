// `npm run dev`: the app, built anew and started again whenever something below electron/, shared/, renderer/ or assets/ changes.
// It is the product's own build with its own content security policy; there is no development server and no door for one.
import { watch } from 'node:fs';
import { build, PARTS } from './build.mjs';
import { hasDisplay } from './lib/display.mjs';
import { launchApp } from './lib/launch-app.mjs';
import { inCache, inRoot } from './lib/paths.mjs';
import { assertSandbox } from './lib/sandbox.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await asCommand(async () => {
  if (!hasDisplay()) throw new PlainError('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).');
  const runtime = await setUp({ electron: true, parts: PARTS });
  assertSandbox(runtime);
  let app = start();
  let timer;

  function start() {
    const started = launchApp({ runtime, profile: inCache('dev-profile') });
    // Closing the window ends the command; a restart has put `app` aside before.
    started.child.once('exit', () => { if (app === started) stopWatching(); });
    return started;
  }

  async function restart() {
    try {
      await build(PARTS);
    } catch (error) {
      say(error.message);
      return;
    }
    const old = app;
    app = undefined;
    await old?.end();
    app = start();
  }

  const watchers = ['electron', 'shared', 'renderer', 'assets'].map((folder) => watch(inRoot(folder), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(restart, 300);
  }));

  function stopWatching() {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  }

  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => { stopWatching(); void app?.end(); });
});

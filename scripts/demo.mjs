// `npm run demo`: two people, Anna and Ben, side by side on this machine, each with a profile below .cache/demo. They stay until their windows
// are closed; the profiles are kept for the next time (`-- --fresh` begins anew).
import { rmSync } from 'node:fs';
import { PARTS } from './build.mjs';
import { hasDisplay } from './lib/display.mjs';
import { launchApp } from './lib/launch-app.mjs';
import { inCache } from './lib/paths.mjs';
import { assertSandbox } from './lib/sandbox.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

export const PEOPLE = ['anna', 'ben'];

/** The folder of one person's data. */
export const profileOf = (person) => inCache('demo', person);

await asCommand(async () => {
  const words = process.argv.slice(2);
  const unknown = words.filter((word) => word !== '--fresh');
  if (unknown.length > 0) throw new PlainError(`npm run demo does not know ${unknown.join(' ')}.`);
  if (!hasDisplay()) throw new PlainError('There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set).');
  const runtime = await setUp({ electron: true, parts: PARTS });
  assertSandbox(runtime);
  if (words.includes('--fresh')) rmSync(inCache('demo'), { recursive: true, force: true });
  say('Anna and Ben are starting. Close both windows to end the demo.');
  const apps = PEOPLE.map((person) => launchApp({ runtime, profile: profileOf(person) }));
  process.once('SIGINT', () => apps.forEach(({ end }) => void end()));
  await Promise.all(apps.map(({ child }) => new Promise((resolve) => child.once('exit', resolve))));
});

import './no-eval';
import { createFake, type FakeBridge } from './fake-world';
import { scenes } from './scenes';

declare global {
  interface Window {
    fake: FakeBridge;
  }
}

/** `#scene/theme`: the world to start in, before the window's own script runs. */
const [name = 'busy', theme] = location.hash.slice(1).split('/');
const scene = scenes[name] ?? scenes['busy'];
if (scene === undefined) throw new Error('no scene');
const world = scene(Date.now());
if (theme === 'light' || theme === 'dark' || theme === 'contrast') world.settings = { ...world.settings, theme };
if (theme === 'contrast-light') world.settings = { ...world.settings, theme: 'light', contrast: 'high' };
if (theme === 'pseudo' || theme === 'de') world.settings = { ...world.settings, language: theme };
const fake = createFake(world);
Object.assign(window, { fake, keyshift: fake.bridge });

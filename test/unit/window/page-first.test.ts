import { expect, it } from 'vitest';
import { PageFirst } from '../../../electron/main/page-first';

it('the services wait until the page has its script, and a second at most', async () => {
  for (const files of [['app-keyshift://ui/index.html', 'app-keyshift://ui/assets/index.js'], ['app-keyshift://ui/index.html'], []]) {
    const timers: { at: number; run: () => void }[] = [];
    const first = new PageFirst((at, run) => timers.push({ at, run }));
    let served = false;
    const done = first.served.then(() => (served = true));
    for (const file of files) first.gave(file);
    await Promise.resolve();
    expect(served).toBe(false);
    const [next] = timers.toSorted((a, b) => a.at - b.at);
    expect(next?.at).toBe(files.length === 2 ? 20 : 1_000);
    next?.run();
    await done;
    for (const { run } of timers) run();
    expect(served).toBe(true);
  }
});

it('what takes long in one go waits for the last of the files that come with the script', async () => {
  const timers: (() => void)[] = [];
  const first = new PageFirst((_at, run) => timers.push(run));
  let passedOn = false;
  void first.passedOn.then(() => (passedOn = true));
  first.gave('app-keyshift://ui/assets/index.js');
  first.gave('app-keyshift://ui/assets/index.css');
  const [, early] = timers;
  first.gave('app-keyshift://ui/assets/main-window.js');
  const late = timers.at(-1);
  early?.();
  await first.served;
  expect(passedOn).toBe(false);
  late?.();
  await first.passedOn;
  // None at all: a second later.
  const without: (() => void)[] = [];
  const other = new PageFirst((_at, run) => without.push(run));
  without[0]?.();
  await other.passedOn;
});

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

it('a first look counts as drawn when the page asks for the files its screen does not need, and soon in any case', async () => {
  for (const asks of [true, false]) {
    const timers: { at: number; run: () => void }[] = [];
    const first = new PageFirst((at, run) => timers.push({ at, run }));
    first.gave('app-keyshift://ui/assets/index.js');
    let drawn = false;
    const done = first.drawn().then(() => (drawn = true));
    first.gave('app-keyshift://ui/assets/index.css');
    await Promise.resolve();
    expect(drawn).toBe(false);
    if (asks) first.gave('app-keyshift://ui/assets/later.js');
    else timers.find(({ at }) => at === 300)?.run();
    await done;
    expect(drawn).toBe(true);
  }
});

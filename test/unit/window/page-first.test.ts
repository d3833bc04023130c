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

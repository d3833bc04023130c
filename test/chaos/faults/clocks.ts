import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../fault';
import { Pair } from '../pair';

const day = 86_400_000;
const tenYears = 3_652 * day;

/** Ann's clock is wrong, while she runs and when she starts; then it is right again, and everything goes on. */
export const clocks: Fault = {
  name: 'clock wrong by ± 10 years',
  async run({ folder, random, amount }) {
    const file = join(folder, 'clock');
    const set = (skew: number): void => writeFileSync(file, String(Math.trunc(skew)));
    set(0);
    process.env['KEYSHIFT_TEST_CLOCK'] = file;
    const pair = await Pair.create(folder, { ann: { nodeOptions: ['--require', join(__dirname, 'skewed-clock.cjs')] } });
    const usual = [tenYears, -tenYears, 400 * day, -day];
    const jumps = [...usual.slice(0, amount < 1 ? 2 : 4), ...Array.from({ length: Math.max(0, Math.floor(4 * (amount - 1))) }, () => (random() - 0.5) * 2 * tenYears)];
    const done: string[] = [];
    try {
      for (const [at, skew] of jumps.entries()) {
        await pair.talk(150);
        set(skew);
        await pair.talk(300);
        if (at % 2 === 0) {
          await pair.ann.peer.kill();
          await pair.ann.restart();
          await pair.talk(200);
        }
        set(0);
        if (at % 4 > 1) {
          await pair.ann.peer.end();
          await pair.ann.restart();
        }
        await pair.settle().catch((error: unknown) => {
          throw new Error(`after ${(skew / day).toFixed(0)} days: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        });
        done.push((skew / day).toFixed(0));
      }
      return `jumps by ${done.join(', ')} days while running and across starts`;
    } finally {
      delete process.env['KEYSHIFT_TEST_CLOCK'];
      await pair.end();
    }
  },
};

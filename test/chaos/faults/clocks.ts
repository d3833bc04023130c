import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../support/headless-peer';
import type { Fault } from '../fault';
import { Pair } from '../pair';

const hour = 3_600_000;
const day = 24 * hour;
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
    const usual = [tenYears, -tenYears, hour, -hour, 400 * day, -day];
    const jumps = [...usual.slice(0, amount < 1 ? 4 : 6), ...Array.from({ length: Math.max(0, Math.floor(4 * (amount - 1))) }, () => (random() - 0.5) * 2 * tenYears)];
    const done: string[] = [];
    let renewals = 0;
    /** Keys are renewed under the wrong clock, where it lets one: both sides have to agree on them under the right one. */
    const renew = async (): Promise<void> => {
      const { peer, conversationId } = pair.ann;
      for (const work of [() => peer.call('keys.shift', { conversationId }), () => peer.call('keys.shiftPair', { conversationId })]) {
        await work().then(() => (renewals += 1), (error: unknown) => {
          if (!(error instanceof RpcError && error.code === 'keys.too-often')) throw error;
        });
        await pair.ann.say(1);
      }
    };
    try {
      for (const [at, skew] of jumps.entries()) {
        await pair.talk(150);
        set(skew);
        await pair.talk(300);
        await renew();
        // The identity, too, by turns: it is renewed at most ten times a day.
        if (at < 8) await pair.ann.peer.call('identity.rotate').then(() => (renewals += 1));
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
          throw new Error(`after ${(skew / day).toFixed(2)} days: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
        });
        done.push(Math.abs(skew) < day ? `${skew / hour} h` : `${(skew / day).toFixed(0)} d`);
      }
      return `jumps by ${done.join(', ')} within a session and across starts, ${renewals} keys renewed under a wrong clock`;
    } finally {
      delete process.env['KEYSHIFT_TEST_CLOCK'];
      await pair.end();
    }
  },
};

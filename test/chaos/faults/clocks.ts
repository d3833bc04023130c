import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RpcError } from '../../support/headless-peer';
import { type Fault, wait } from '../fault';
import { Lost, Pair } from '../pair';

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
    const jumps = [...usual.slice(0, amount < 1 ? 3 : 6), ...Array.from({ length: Math.max(0, Math.floor(4 * (amount - 1))) }, () => (random() - 0.5) * 2 * tenYears)];
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
      const within = usual.slice(0, amount < 1 ? 1 : 6);
      for (const skew of within) {
        await inAFile(folder, pair, () => set(skew), () => set(0));
        // The other way round, so that the short form has both directions.
        await inAHandshake(pair, random, () => set(-skew), () => set(0));
        await pair.settle();
      }
      return `jumps by ${done.join(', ')} within a session and across starts, ${renewals} keys renewed under a wrong clock; ${within.length} times in the middle of a file and of handshakes`;
    } finally {
      delete process.env['KEYSHIFT_TEST_CLOCK'];
      await pair.end();
    }
  },
};

/** The clock jumps between two pieces of a file that comes, and is right again some time later. */
async function inAFile(folder: string, { ann, bo }: Pair, wrong: () => void, right: () => void): Promise<void> {
  const [path, saved] = [join(folder, 'sent.bin'), join(folder, 'saved.bin')];
  const content = Buffer.alloc(24 * 1_048_576, 'a piece of a file, ');
  writeFileSync(path, content);
  const { transferId } = await bo.peer.call('files.send', { conversationId: bo.conversationId, path });
  const state = async () => (await ann.peer.call('files.list', {})).find((each) => each.transferId === transferId);
  await ann.peer.until('the offer', async () => (await state())?.state === 'offered', 60_000);
  await ann.peer.call('files.accept', { transferId });
  await ann.peer.until('some of it', async () => ((await state())?.done ?? 0) > 0, 60_000);
  wrong();
  await wait(300);
  await Promise.all([ann.say(1), bo.say(1)]);
  right();
  await ann.peer.until('all of it', async () => (await state())?.state === 'done', 60_000);
  await ann.peer.call('files.save', { transferId, path: saved });
  if (!readFileSync(saved).equals(content)) throw new Lost('a file in whose middle the clock jumped is another one');
  rmSync(saved);
  for (const { peer } of [ann, bo]) await peer.call('files.forget', { transferId });
}

/** One that comes back has a clock that jumps to and fro while it dials and is dialled. Under it no session need come, and once it is right one does. */
async function inAHandshake({ ann, bo }: Pair, random: () => number, wrong: () => void, right: () => void): Promise<void> {
  await ann.peer.kill();
  const jumping = (async () => {
    for (let jump = 0; jump < 40; jump += 1) {
      wrong();
      await wait(20 + random() * 40);
      right();
      await wait(20 + random() * 40);
    }
  })();
  await ann.restart();
  await Promise.all([ann.say(2), bo.say(2)]);
  await jumping;
  await ann.peer.until('a session', async () => (await ann.peer.call('network.status')).sessions.length > 0, 60_000);
}

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { HeadlessPeer, RpcError } from '../../support/headless-peer';
import { type Fault, wait } from '../fault';
import { fill } from '../filler';
import { blockDisk, fail, noDisk, noFailure, noMounts, sh, smallDisk } from '../mounts';
import { Lost, Pair, passphrase, type Party } from '../pair';

function expectRefused({ refused, name }: Party, codes: readonly string[]): void {
  if (refused.size === 0) throw new Lost(`${name} was refused nothing`);
  for (const [code, sentence] of refused) if (!codes.includes(code)) throw new Lost(`${name} was told ${code}: ${sentence}`);
  refused.clear();
}

export const fullDisk: Fault = {
  name: 'full disk',
  why: noMounts,
  async run({ folder, random, amount }) {
    const at = join(folder, 'disk');
    // One that gives room only when it writes, where there is such a one; else one in memory.
    const device = noDisk() === undefined;
    if (device) blockDisk(join(folder, 'disk.img'), at, 32);
    else smallDisk(at, 24);
    const pair = await Pair.create(folder, { annAt: join(at, 'ann') });
    const rounds = Math.ceil(2 * amount);
    let refusals = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        await pair.talk(200);
        const filler = fill(at, Math.floor(random() * 256) * 1024);
        for (let tries = 0; pair.ann.refused.size === 0 && tries < 300; tries += 1) await Promise.all([pair.ann.say(4, 4_000), pair.bo.say(2)]);
        refusals += pair.ann.refused.size;
        expectRefused(pair.ann, ['disk.full']);
        if (round % 2 === 1) {
          // Not even a start needs room it does not have; or it says so, and works once there is some.
          await pair.ann.peer.kill();
          await pair.ann.restart().catch((error: unknown) => {
            if (!(error instanceof RpcError && error.code === 'disk.full') && !/disk is full/.test(String(error))) throw error;
          });
        }
        rmSync(filler);
        await pair.ann.peer.kill();
        await pair.ann.restart();
      }
      await pair.settle();
      return `${device ? 'an ext4' : 'a tmpfs'} filled ${rounds} times, ${refusals} kinds of refusals: disk.full`;
    } finally {
      await pair.end();
      sh('umount', '-l', at);
    }
  },
};

export const readOnlyDisk: Fault = {
  name: 'read-only disk',
  why: noMounts,
  async run({ folder }) {
    const at = join(folder, 'disk');
    smallDisk(at, 64);
    const pair = await Pair.create(folder, { annAt: join(at, 'ann') });
    try {
      await pair.talk(200);
      await pair.ann.peer.end();
      sh('mount', '-o', 'remount,ro', at);
      const told = await HeadlessPeer.start(pair.ann.profile, pair.ann.options).then(
        (peer) => peer.call('vault.unlock', { passphrase }).then(() => 'nothing', String).finally(() => peer.kill()),
        String,
      );
      if (!/profile\.unreadable|disk\.failed/.test(told)) throw new Lost(`on a disk that cannot be written to it says: ${told.slice(0, 300)}`);
      sh('mount', '-o', 'remount,rw', at);
      await pair.ann.restart();
      await pair.settle();
      return `a start on it says: ${told.split('\n')[0]?.replace(/^.*?keyshift: /, '').slice(0, 160)}`;
    } finally {
      await pair.end();
      sh('umount', '-l', at);
    }
  },
};

/** The disk with the profile fails while it is written to: every access is an error. What was confirmed before is there once the disk is. */
export const failingDisk: Fault = {
  name: 'a disk that fails under the running program',
  why: noFailure,
  async run({ folder, random, amount }) {
    const [image, at] = [join(folder, 'disk.img'), join(folder, 'disk')];
    blockDisk(image, at, 48);
    const pair = await Pair.create(folder, { annAt: join(at, 'ann') });
    const rounds = Math.max(1, Math.ceil(2 * amount));
    let refusals = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        const talking = pair.talk(600);
        await wait(100 + random() * 400);
        fail(at);
        await talking;
        // It lives, and says what is the matter.
        for (let tries = 0; pair.ann.refused.size === 0 && tries < 50; tries += 1) await pair.ann.say(2);
        refusals += pair.ann.refused.size;
        expectRefused(pair.ann, ['disk.failed']);
        await pair.ann.peer.kill();
        sh('umount', at);
        sh('mount', '-o', 'loop', image, at);
        await pair.ann.restart();
      }
      await pair.settle();
      return `failed ${rounds} times among ${pair.ann.confirmed.length + pair.bo.confirmed.length} messages, ${refusals} kinds of refusals: disk.failed`;
    } finally {
      await pair.end();
      sh('umount', '-l', at);
    }
  },
};

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../fault';
import { wait } from '../fault';
import { blockDisk, noDisk, sh } from '../mounts';
import { Lost, Pair } from '../pair';

/** Processes end at any moment, both sides, again and again. */
export const killed: Fault = {
  name: 'kill -9 at random moments',
  async run({ folder, random, amount }) {
    const pair = await Pair.create(folder);
    const rounds = Math.ceil(3 * amount);
    try {
      for (let round = 0; round < rounds; round += 1) {
        const victim = pair.both[Math.floor(random() * 2)] ?? pair.ann;
        const talking = pair.talk(700);
        await wait(100 + random() * 500);
        await victim.peer.kill();
        await talking;
        await victim.restart();
      }
      await pair.settle();
      return `${rounds} processes killed among ${pair.ann.confirmed.length + pair.bo.confirmed.length} messages`;
    } finally {
      await pair.end();
    }
  },
};

/**
 * A real file system on a device whose every byte can be read beside it: what a program wrote and did not sync is in the memory of the
 * system and not on the device. A copy of the device at one moment is what a power cut at that moment leaves.
 */
export const powerCut: Fault = {
  name: 'power cut: everything that was not synced is gone',
  why: noDisk,
  async run({ folder, random, amount }) {
    const [image, at, kept] = [join(folder, 'disk.img'), join(folder, 'disk'), join(folder, 'kept.img')];
    blockDisk(image, at, 48);
    const pair = await Pair.create(folder, { annAt: join(at, 'ann') });
    const rounds = Math.ceil(3 * amount);
    let unsynced = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        writeFileSync(join(at, `never synced ${round}`), 'content');
        const talking = pair.talk(900);
        await wait(100 + random() * 700);
        process.kill(pair.ann.peer.pid, 'SIGSTOP');
        // The system may just be writing by itself: a moment is one once nothing changes any more.
        for (let last: Buffer | undefined; ; ) {
          copyFileSync(image, kept);
          const now = readFileSync(kept);
          if (last?.equals(now) === true) break;
          last = now;
        }
        await pair.ann.peer.kill();
        await talking;
        sh('umount', at);
        copyFileSync(kept, image);
        sh('mount', '-o', 'loop', image, at);
        if (readFileSync(join(at, `never synced ${round}`), { encoding: 'utf8', flag: 'a+' }) !== 'content') unsynced += 1;
        await pair.ann.restart();
      }
      await pair.settle();
      if (unsynced === 0) throw new Lost('no cut lost what nobody had synced: it proves nothing');
      return `${rounds} cuts among ${pair.ann.confirmed.length + pair.bo.confirmed.length} messages; ${unsynced} of them lost a file beside it that nobody had synced`;
    } finally {
      await pair.end();
      sh('umount', at);
    }
  },
};

import { join } from 'node:path';
import { RpcError } from '../../support/headless-peer';
import { type Fault, wait } from '../fault';
import { blockDisk, mended, noTurning, sh, turning, turnReadOnly } from '../mounts';
import { Lost, Pair } from '../pair';

/** What may be said of a disk that cannot be written to any more. */
const honest = new Set(['disk.failed', 'profile.unreadable']);

/** The disk with the profile turns read-only while the identity, and once a session key, is being renewed: as a kernel does that finds an error in it. */
export const turnedReadOnly: Fault = {
  name: 'a disk that turns read-only in the middle of a rotation',
  why: noTurning,
  async run({ folder, random, amount }) {
    const [image, at] = [join(folder, 'disk.img'), join(folder, 'disk')];
    blockDisk(image, at, 48, turning);
    const pair = await Pair.create(folder, { annAt: join(at, 'ann') });
    const { ann } = pair;
    // Not more: the identity is renewed at most ten times a day.
    const rounds = Math.min(9, Math.ceil(2 * amount));
    const newest = async (): Promise<number> => Math.max(...(await ann.peer.call('identity.keyHistory')).map(({ epoch }) => epoch));
    let done = 0;
    try {
      for (let round = 0; round < rounds; round += 1) {
        await pair.talk(200);
        const before = await newest();
        // Among other calls, as they come.
        const rotating = ann.peer.call('identity.rotate').then(({ epoch }) => epoch, (error: unknown) => error);
        const shifting = ann.peer.call('keys.shift', { conversationId: ann.conversationId }).catch((error: unknown) => error);
        await wait(random() * 60);
        turnReadOnly(at);
        const told = await rotating;
        for (const error of [told, await shifting]) if (error instanceof Error && !(error instanceof RpcError && honest.has(error.code))) throw new Lost(`on a disk that turned read-only it says ${String(error)}`);
        for (let tries = 0; ann.refused.size === 0 && tries < 50; tries += 1) await ann.say(1);
        for (const [code, sentence] of ann.refused) if (!honest.has(code) && code !== 'vault.locked') throw new Lost(`a message is refused with ${code}: ${sentence}`);
        if (ann.refused.size === 0) throw new Lost('messages are taken on a disk that cannot be written to');
        ann.refused.clear();
        await ann.peer.kill();
        mended(image, at);
        await ann.restart();
        const now = await newest();
        if (typeof told === 'number' ? now < told : now > before + 1) throw new Lost(`it said ${String(told)} after ${before}, and ${now} is there`);
        if (typeof told === 'number') done += 1;
        await pair.settle();
      }
      await ann.peer.call('identity.rotate');
      await pair.settle();
      return `turned ${rounds} times, ${done} times behind the rotation; what was said to be done is there, the rest was refused, and the next one went through`;
    } finally {
      await pair.end();
      sh('umount', '-l', at);
    }
  },
};

import { encodeFrame, frameTypes } from '../../../electron/engine/wire/frame';
import { dialFrom, entryOf, keeperOf, listenAt, meetOnce } from '../../support/resume-kit';
import { newParty } from '../../support/session-kit';
import type { Target } from '../target';

/**
 * A listener that holds an entry, given anything as M1 of a resumption: one answer or silence, and the entry is there
 * afterwards. Only its owner's own M1, unchanged, gets M2.
 */
export async function resumeListener(): Promise<Target> {
  const [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
  const [a, b] = [keeperOf(alice, [bob]), keeperOf(bob, [alice])];
  meetOnce(a, b);
  const m1 = dialFrom(a, bob).side.next();
  const seed = m1.slice(7);
  return {
    name: 'resume-listener',
    seeds: [seed],
    run: (bytes) => {
      const { side, desk } = listenAt(b);
      side.receive(encodeFrame(frameTypes.m1, bytes.subarray(0, 16_384)));
      desk.release();
      const isOwn = Buffer.compare(bytes, seed) === 0;
      if ((side.state.phase === 'awaiting-confirm') !== isOwn) throw new Error(`${isOwn ? 'the owner was refused' : 'a stranger was taken up'}: ${side.result}`);
      if (entryOf(b, alice).keyId.length !== 32) throw new Error('the entry is gone');
      side.end('closed');
      return side.state.phase === 'failed' ? side.state.reason : side.state.phase;
    },
  };
}

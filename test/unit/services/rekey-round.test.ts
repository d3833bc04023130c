import { expect, it } from 'vitest';
import { acceptChannel } from '../../../electron/engine/session/channel';
import type { ChannelFrame } from '../../../electron/engine/session/channel-frames';
import { FrameReader } from '../../../electron/engine/wire/frame';
import type { Candidate } from '../../../electron/services/candidates';
import type { PeerBook } from '../../../electron/services/peer-book';
import { Places } from '../../../electron/services/racing';
import { askAround } from '../../../electron/services/rekey-round';
import { createLinkPair } from '../../support/link-pair';
import { ManualClock } from '../../support/manual-clock';
import { heldOf, runUntil } from '../../support/rekey-kit';
import { newParty } from '../../support/session-kit';

const address = { host: '192.0.2.1', port: 4711 };

it.each([
  ['still shows it, it is shown', true, 1],
  ['shows nothing any more by the time somebody is met, nothing is', false, 0],
] as const)('A70 A71: where what was kept of a refused dial %s', async (_what, lasts, shown) => {
  const [ada, ben] = await Promise.all([newParty('Ada'), newParty('Ben')]);
  const clock = new ManualClock();
  const { crypto, local } = ben;
  const heard: ChannelFrame[] = [];
  let secret: Uint8Array | undefined = crypto.random(32);
  let dials = 0;
  const dial = async () => {
    dials += 1;
    // Asked in the usual way, nobody was there.
    if (dials === 1) throw new Error('silent');
    if (!lasts) {
      secret?.fill(0);
      secret = undefined;
    }
    const { dialler, listener } = createLinkPair({ clock });
    const reader = new FrameReader();
    let met = false;
    listener.onData((bytes) => {
      if (met) return;
      reader.push(bytes);
      const first = reader.next();
      if (!first) return;
      met = true;
      const channel = acceptChannel(ada.crypto, clock, listener, first);
      channel?.onFrame((frame) => {
        heard.push({ kind: frame.kind, payload: Uint8Array.from(frame.payload) });
        channel.close();
      });
    });
    return dialler;
  };
  const candidate: Candidate = { address, text: '192.0.2.1:4711', via: 'direct' };
  const asking = askAround(
    {
      crypto, clock, local, places: new Places(1), candidates: [candidate], left: [], book: {} as PeerBook, quit: new AbortController().signal,
      transport: { dial, listen: () => Promise.reject(new Error('nobody listens')) },
      onLapsed: () => undefined, onTold: () => undefined, onTime: () => undefined, refusedSecret: () => secret,
    },
    [heldOf(ada)],
    undefined,
  );
  await runUntil(clock, asking);
  expect(await asking).toBe('refused');
  expect([dials, heard.length]).toEqual([2, shown]);
});

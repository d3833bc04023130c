import { join } from 'node:path';
import { attack } from '../../support/attacker';
import { HeadlessPeer } from '../../support/headless-peer';
import { oldPassphrase, placeOldProfile } from '../../support/old-profile';
import { type Fault, wait } from '../fault';
import { Lost, Pair } from '../pair';

/** Connections in numbers that begin a frame and never end it. */
export const halfOpen: Fault = {
  name: 'half-open connections in numbers',
  async run({ folder, amount }) {
    const pair = await Pair.create(folder);
    const port = Number(pair.ann.peer.listening[0]?.split(':').at(-1));
    const attacker = await attack({ port, atOnce: Math.min(10_000, Math.ceil(1_000 * amount)), perSecond: 2_000, holdMs: 60_000 });
    try {
      await wait(500);
      await pair.talk(1_000);
      await pair.bo.peer.kill();
      await pair.bo.restart();
      await pair.settle();
      const { begun, mostOpen } = await attacker.stop();
      return `${begun} begun, up to ${mostOpen} open at once, among ${pair.ann.confirmed.length + pair.bo.confirmed.length} messages and one return`;
    } finally {
      await attacker.stop().catch(() => undefined);
      await pair.end();
    }
  },
};

/** A profile of an earlier program is killed again and again while it is raised. */
export const killedUpgrade: Fault = {
  name: 'kill -9 while an old profile is raised',
  async run({ folder, random, amount }) {
    const versions = [2, 14, 26, 36].slice(0, Math.max(1, Math.ceil(2 * amount)));
    let kills = 0;
    for (const version of versions) {
      const profile = join(folder, `version ${version}`);
      const { seen } = await placeOldProfile(version, profile);
      for (let round = 0; round < Math.ceil(2 * amount); round += 1) {
        const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
        const unlocking = peer.call('vault.unlock', { passphrase: oldPassphrase }).catch(() => undefined);
        await wait(random() * 60);
        await peer.kill();
        await unlocking;
        kills += 1;
      }
      const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
      try {
        await peer.call('vault.unlock', { passphrase: oldPassphrase });
        for (const { conversationId, messages } of seen.conversations) {
          const now = await peer.call('messages.list', { conversationId, limit: 200 });
          if (JSON.stringify(now.map(({ text }) => text)) !== JSON.stringify(messages.map(({ text }) => text))) throw new Lost(`schema ${version}: ${now.length} of ${messages.length} messages`);
        }
      } finally {
        await peer.kill();
      }
    }
    return `${kills} kills at schemas ${versions.join(', ')}`;
  },
};

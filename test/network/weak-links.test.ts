import { expect, it } from 'vitest';
import { isConnected, personAt, Talk } from '../support/host-person';
import type { Host, Network } from '../support/netns';
import { long, onHosts, withHosts } from '../support/on-hosts';

/** Two machines at one switch, without any way out of it. */
async function twoHosts(network: Network): Promise<readonly [Host, Host]> {
  const lan = await network.lan('lan');
  const [one, two] = await Promise.all([network.host('ann'), network.host('bo')]);
  await one.attach(lan, '10.7.0.1/24');
  await two.attach(lan, '10.7.0.2/24');
  return [one, two];
}

onHosts('two hosts and what lies between them', () => {
  it('S3-26: a network without internet is enough: no default route, no name service', () =>
    withHosts(async (network, folder) => {
      const [here, there] = await twoHosts(network);
      expect(await here.run('ip', 'route', 'show', 'default')).toBe('');
      const [ann, bo] = await Promise.all([personAt(here, folder, 'Ann'), personAt(there, folder, 'Bo')]);
      const talk = await Talk.begin(ann, bo);
      await Promise.all([talk.say(ann, 20), talk.say(bo, 20)]);
      await talk.settle();
      expect((await ann.peer.call('network.status')).sessions).toHaveLength(1);
    }), 120_000);

  it('S3-26 A23: five packets of a hundred lost: first contact and a conversation, each message once and in order', () =>
    withHosts(async (network, folder) => {
      const [here, there] = await twoHosts(network);
      await Promise.all([here.lose(5), there.lose(5)]);
      const [ann, bo] = await Promise.all([personAt(here, folder, 'Ann'), personAt(there, folder, 'Bo')]);
      const talk = await Talk.begin(ann, bo);
      for (let round = 0; round < (long ? 50 : 5); round += 1) {
        await Promise.all([talk.say(ann, 20, 600), talk.say(bo, 20, 600)]);
        await talk.settle(60_000);
      }
    }), 120_000);

  it('S3-08: 256 kbit/s and a burst: it takes its time, in order, nothing lost, and keep-alive does not cut it', () =>
    withHosts(async (network, folder) => {
      const [here, there] = await twoHosts(network);
      const [ann, bo] = await Promise.all([personAt(here, folder, 'Ann'), personAt(there, folder, 'Bo')]);
      const talk = await Talk.begin(ann, bo);
      await talk.settle();
      await Promise.all([here.narrow(256, 400), there.narrow(256, 400)]);
      const before = (await bo.peer.call('network.status')).sessions[0]?.since;
      // 400 KB take at least 12 s there: longer than any sign of life the session asks for when something is awaited.
      const since = performance.now();
      await talk.say(ann, long ? 800 : 100, 4_000);
      await talk.say(bo, 5);
      await talk.settle(long ? 300_000 : 60_000);
      expect(performance.now() - since).toBeGreaterThan(long ? 80_000 : 10_000);
      const [session, ...others] = (await bo.peer.call('network.status')).sessions;
      expect(session?.since, 'the same session all the time').toBe(before);
      expect(others).toEqual([]);
      expect(await isConnected(ann)).toBe(true);
    }), 400_000);
});

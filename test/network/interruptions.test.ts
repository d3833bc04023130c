import { expect, it } from 'vitest';
import { personAt, Talk } from '../support/host-person';
import type { Host, Network } from '../support/netns';
import { long, onHosts, withHosts } from '../support/on-hosts';
import type { Person } from '../support/two-peers';

interface Pair {
  readonly here: Host;
  readonly there: Host;
  readonly ann: Person;
  readonly bo: Person;
  readonly talk: Talk;
}

/** Two people on two hosts who have begun to talk. */
async function talking(network: Network, folder: string): Promise<Pair> {
  const lan = await network.lan('lan');
  const [here, there] = await Promise.all([network.host('ann'), network.host('bo')]);
  await here.attach(lan, '10.8.0.1/24');
  await there.attach(lan, '10.8.0.2/24');
  const [ann, bo] = await Promise.all([personAt(here, folder, 'Ann'), personAt(there, folder, 'Bo')]);
  const talk = await Talk.begin(ann, bo);
  await Promise.all([talk.say(ann, 3), talk.say(bo, 3)]);
  await talk.settle();
  return { here, there, ann, bo, talk };
}

/** Whether there is a session that was begun after `time`. */
async function connectedSince(person: Person, time: number): Promise<boolean> {
  return (await person.peer.call('network.status')).sessions.some(({ since }) => since > time);
}

/** Both have one session, which took up an earlier one. */
async function expectResumed(...people: readonly Person[]): Promise<void> {
  for (const { name, peer } of people) {
    // The one that broke may stand a moment longer beside it on the side that heard nothing.
    await peer.until('one session', async () => (await peer.call('network.status')).sessions.length === 1, 60_000);
    const { sessions } = await peer.call('network.status');
    expect(sessions.map(({ resumed }) => resumed), `${name}'s session is a resumed one`).toEqual([true]);
  }
}

/** How often a person was told that a connection ended. */
function ends(person: Person): number {
  return person.peer.events.filter((event) => event.type === 'session.changed' && !event.connected).length;
}

/** Lets both speak until `over`, so that whatever happens meanwhile happens in mid-conversation. */
async function chatter({ ann, bo, talk }: Pair, over: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!(await over())) {
    if (performance.now() > deadline) throw new Error('what was waited for did not come within 90 s');
    await Promise.all([talk.say(ann, 1), talk.say(bo, 1)]);
    await new Promise((resolve) => setTimeout(resolve, 150)); // about as fast as people type
  }
}

onHosts('a conversation between two hosts that is interrupted', () => {
  it(`S3-09 S3-10 A51: ${long ? 'a minute' : 'half a minute'} of black hole: the application notices where the system does not, and goes on afterwards`, () =>
    withHosts(async (network, folder) => {
      const pair = await talking(network, folder);
      const { here, there, ann, bo, talk } = pair;
      const before = ends(bo);
      const holeMs = long ? 60_000 : 30_000;
      await Promise.all([here.blackHole(), there.blackHole()]);
      const since = performance.now();
      // The last look at the system's own view before the application gave the connection up, at most a moment earlier.
      let seen: string[] = [];
      await chatter(pair, async () => {
        const look = await there.connections();
        if (ends(bo) > before) return true;
        // Its own end on its way, of which it tells a moment later: what the system gave up by itself would be gone.
        if (look.join() !== 'FIN-WAIT-1') seen = look;
        return false;
      });
      const noticed = performance.now() - since;
      expect(seen, 'the system still took the connection for a good one').toEqual(['ESTAB']);
      expect(noticed, 'noticed while the hole was there').toBeLessThan(holeMs);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, holeMs - noticed)));
      // Nothing counts as having arrived that went into the hole.
      expect(await talk.delivered(bo)).toBeLessThan(talk.second.said.length);
      await Promise.all([here.heal(), there.heal()]);
      await talk.settle(90_000);
      await Promise.all([talk.say(ann, 3), talk.say(bo, 3)]);
      await talk.settle();
      await expectResumed(ann, bo);
    }), 240_000);

  it('S3-09 A23: a new address in mid-conversation: on again from both sides, each message once and in order', () =>
    withHosts(async (network, folder) => {
      const pair = await talking(network, folder);
      const { here, there, ann, bo, talk } = pair;
      const moved = Date.now();
      await there.readdress('10.8.0.77/24');
      // Whoever moved says so from the new address, to where the other one still is. The old connection may not even be missed.
      await chatter(pair, async () => (await connectedSince(ann, moved)) && (await connectedSince(bo, moved)));
      await talk.settle(60_000);
      // The other side has learnt the new address from a signed card: only it may begin a connection now.
      await there.beginNothing();
      await bo.peer.kill();
      await talk.say(ann, 3);
      await bo.restart();
      // What is said makes the next try come at once.
      await talk.say(ann, 1);
      await talk.settle(90_000);
      // And the other way about, after the move of the other.
      await there.heal();
      await here.readdress('10.8.0.78/24');
      await talk.say(ann, 2);
      await talk.say(bo, 2);
      await talk.settle(90_000);
    }), 240_000);

  it('S3-09 A23: both addresses new at the same moment: no card is right any more, and they find each other on their network', () =>
    withHosts(async (network, folder) => {
      const pair = await talking(network, folder);
      const { here, there, ann, bo, talk } = pair;
      await Promise.all([ann, bo].map(({ peer }) => peer.call('settings.set', { findOnNetwork: true })));
      const moved = Date.now();
      await Promise.all([here.readdress('10.8.0.91/24'), there.readdress('10.8.0.92/24')]);
      await chatter(pair, async () => (await connectedSince(ann, moved)) && (await connectedSince(bo, moved)));
      await talk.settle(90_000);
    }), 240_000);

  it('S3-09 S3-10: connections reset by the way between: on again, each message once and in order', () =>
    withHosts(async (network, folder) => {
      const pair = await talking(network, folder);
      const { here, ann, bo, talk } = pair;
      for (let round = 0; round < (long ? 20 : 2); round += 1) {
        const before = ends(ann);
        await here.reject();
        await chatter(pair, () => ends(ann) > before);
        await here.heal();
        await talk.settle(90_000);
        await expectResumed(ann, bo);
      }
    }), 240_000);

  it('S3-09: a cable pulled and put back: on again, each message once and in order', () =>
    withHosts(async (network, folder) => {
      const pair = await talking(network, folder);
      const { there, talk, ann, bo } = pair;
      await there.plug('down');
      await Promise.all([talk.say(ann, 10), talk.say(bo, 10)]);
      await new Promise((resolve) => setTimeout(resolve, long ? 40_000 : 4_000));
      expect(await talk.delivered(bo)).toBeLessThan(talk.second.said.length);
      await there.plug('up');
      await talk.settle(90_000);
    }), 240_000);

  it('S3-09 A23: power cut of one machine in mid-conversation: on again when it is back', () =>
    withHosts(async (network, folder) => {
      const { there, ann, bo, talk } = await talking(network, folder);
      for (let round = 0; round < (long ? 10 : 2); round += 1) {
        await Promise.all([talk.say(ann, 20), talk.say(bo, 20)]);
        // No goodbye gets out: the other side learns of it from the machine that comes back, or from silence.
        await there.blackHole();
        await bo.peer.kill();
        await talk.say(ann, 5);
        await there.heal();
        await bo.restart();
        await talk.say(ann, 5);
        await talk.settle(90_000);
      }
    }), 240_000);

  it('S3-31 A55: both machines come back at the same moment and dial each other: one session is left', () =>
    withHosts(async (network, folder) => {
      const { ann, bo, talk } = await talking(network, folder);
      for (let round = 0; round < (long ? 20 : 3); round += 1) {
        await Promise.all([ann.peer.kill(), bo.peer.kill()]);
        await Promise.all([ann.restart(), bo.restart()]);
        await Promise.all([talk.say(ann, 5), talk.say(bo, 5)]);
        await talk.settle(90_000);
        const sessions = async () => Promise.all([ann, bo].map(async ({ peer }) => (await peer.call('network.status')).sessions.length));
        await ann.peer.until('one session each', async () => (await sessions()).every((count) => count === 1));
      }
    }), 240_000);
});

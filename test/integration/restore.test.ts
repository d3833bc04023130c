import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { someOf } from '../support/exhaustive';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** Two people with one conversation, and profiles that are copied and put back. */
class World {
  readonly folder = temporaryFolder();
  readonly running = new Set<HeadlessPeer>();
  ann!: Person;
  bo!: Person;
  atAnn = '';
  atBo = '';

  async begin(): Promise<void> {
    [this.ann, this.bo] = await Promise.all([newPerson(this.folder.path, 'Ann'), newPerson(this.folder.path, 'Bo')]);
    // Who is reached when is part of what is tried here: by addresses alone.
    await Promise.all([this.ann, this.bo].map(({ peer }) => peer.call('settings.set', { findOnNetwork: false })));
    const contact = await introduce(this.ann, this.bo);
    this.atAnn = (await this.ann.peer.call('conversations.open', { contactId: contact.ofInvitee })).conversationId;
    await this.say('ann', 'a1');
    await this.bo.peer.until('the conversation', async () => (await this.bo.peer.call('conversations.list')).length === 1);
    this.atBo = (await this.bo.peer.call('conversations.list'))[0]?.conversationId ?? '';
  }

  async end(): Promise<void> {
    await Promise.all([this.ann?.peer.kill(), this.bo?.peer.kill(), ...[...this.running].map((peer) => peer.kill())]);
    this.folder.release();
  }

  say(who: 'ann' | 'bo', text: string): Promise<unknown> {
    return this[who].peer.call('messages.send', { conversationId: who === 'ann' ? this.atAnn : this.atBo, text });
  }

  ofAnn(direction: 'in' | 'out', peer = this.ann.peer): Promise<string[]> {
    return texts(peer, this.atAnn, direction);
  }

  ofBo(direction: 'in' | 'out'): Promise<string[]> {
    return texts(this.bo.peer, this.atBo, direction);
  }

  /** Both hold the same of each other, and both know that it was delivered. */
  async settled(what: string, ann: readonly string[], bo: readonly string[], peer = this.ann.peer): Promise<void> {
    const states = async (of: HeadlessPeer, conversationId: string) =>
      (await of.call('messages.list', { conversationId, limit: 500 })).filter((message) => message.direction === 'out').map((message) => message.state);
    await peer.until(what, async () => {
      const [inBo, inAnn] = [await this.ofBo('in'), await this.ofAnn('in', peer)];
      const all = [...(await states(peer, this.atAnn)), ...(await states(this.bo.peer, this.atBo))];
      return inBo.length >= ann.length && inAnn.length >= bo.length && all.every((state) => state === 'delivered');
    });
    expect([...(await this.ofBo('in'))].sort()).toEqual([...ann].sort());
    expect(await this.ofAnn('in', peer)).toEqual(bo);
    await this.bo.peer.until('equal histories', async () => (await this.bo.peer.call('keys.status', { conversationId: this.atBo })).transcript.equal);
    expect((await peer.call('keys.status', { conversationId: this.atAnn })).transcript.equal).toBe(true);
  }

  copyOf(person: Person, name: string): string {
    const path = join(this.folder.path, name);
    cpSync(person.profile, path, { recursive: true });
    return path;
  }

  putBack(copy: string, person: Person): void {
    rmSync(person.profile, { recursive: true });
    cpSync(copy, person.profile, { recursive: true });
  }

  async start(profile: string): Promise<HeadlessPeer> {
    const peer = await HeadlessPeer.start(profile, { listen: '127.0.0.1:0' });
    this.running.add(peer);
    await peer.call('vault.unlock', { passphrase });
    return peer;
  }
}

async function instanceOf(peer: HeadlessPeer): Promise<string> {
  return (await peer.call('identity.get')).instance.id;
}

describe('a profile that was put back or copied', () => {
  let world: World;

  beforeEach(async () => {
    world = new World();
    await world.begin();
  }, 60_000);

  afterEach(() => world.end());

  it('S1-04 A38: the sender’s older profile comes back: it becomes a new device, what it lost of the other comes again, nothing twice', async () => {
    await world.say('bo', 'b1');
    await world.settled('the beginning', ['a1'], ['b1']);
    await world.ann.peer.end();
    const copy = world.copyOf(world.ann, 'older');
    await world.ann.restart();
    await world.say('ann', 'a2');
    await world.say('bo', 'b2');
    await world.settled('what the copy does not know', ['a1', 'a2'], ['b1', 'b2']);
    const before = await instanceOf(world.ann.peer);
    await world.ann.peer.kill();

    world.putBack(copy, world.ann);
    await world.ann.restart();
    // Written before it hears anything: under the device it still is.
    await world.say('ann', 'a3');
    await world.say('bo', 'b3');
    await world.ann.peer.until('a new device', async () => (await instanceOf(world.ann.peer)) !== before);
    await world.settled('after the restore', ['a1', 'a2', 'a3'], ['b1', 'b2', 'b3']);
    expect(await world.ofAnn('out')).toEqual(['a1', 'a3']);
    const history = (await world.ann.peer.call('keys.status', { conversationId: world.atAnn })).history;
    expect(history.filter(({ reason }) => reason === 'devices')).toHaveLength(1);
    // A device is another one, and nothing was lost: the contact's keys are replaced for that, and it is said so.
    const atBo = (await world.bo.peer.call('keys.status', { conversationId: world.atBo })).history.filter(({ who }) => who === 'you').map(({ reason }) => reason);
    expect(atBo).toContain('devices');
    expect(atBo).not.toContain('compromise');

    // It stays the device it became.
    const after = await instanceOf(world.ann.peer);
    await world.ann.peer.kill();
    await world.ann.restart();
    await world.say('ann', 'a4');
    await world.settled('later', ['a1', 'a2', 'a3', 'a4'], ['b1', 'b2', 'b3']);
    expect(await instanceOf(world.ann.peer)).toBe(after);
  }, 120_000);

  it('S1-04 A22: the receiver’s older profile comes back: what it lost is sent again, once', async () => {
    await world.settled('the beginning', ['a1'], []);
    await world.bo.peer.end();
    const copy = world.copyOf(world.bo, 'older');
    await world.bo.restart();
    for (const text of ['a2', 'a3', 'a4']) await world.say('ann', text);
    await world.settled('what the copy does not know', ['a1', 'a2', 'a3', 'a4'], []);
    await world.bo.peer.kill();
    world.putBack(copy, world.bo);
    await world.bo.restart();
    await world.settled('after the restore', ['a1', 'a2', 'a3', 'a4'], []);
    expect(await world.ofBo('in')).toEqual(['a1', 'a2', 'a3', 'a4']);
    await world.say('bo', 'b1');
    await world.say('ann', 'a5');
    await world.settled('later', ['a1', 'a2', 'a3', 'a4', 'a5'], ['b1']);
  }, 120_000);

  it('S1-04 A38 A39: killed again and again while it becomes a new device: nothing is lost, nothing twice', async () => {
    await world.settled('the beginning', ['a1'], []);
    await world.ann.peer.end();
    const copy = world.copyOf(world.ann, 'older');
    await world.ann.restart();
    await world.say('ann', 'a2');
    await world.settled('what the copy does not know', ['a1', 'a2'], []);
    const before = await instanceOf(world.ann.peer);
    await world.ann.peer.kill();
    world.putBack(copy, world.ann);
    const written = ['a1', 'a2'];
    // Moments between the start and long after the new device stands: only real time reaches all of them.
    for (const [round, moment] of [5, 30, 60, 90, 130, 200, 400].entries()) {
      await world.ann.restart();
      await world.say('ann', `r${round}`);
      written.push(`r${round}`);
      await new Promise((resolve) => setTimeout(resolve, moment));
      await world.ann.peer.kill();
    }
    await world.ann.restart();
    await world.say('ann', 'last');
    await world.say('bo', 'b1');
    await world.settled('after all that', [...written, 'last'], ['b1']);
    expect(await world.ofAnn('out')).toEqual(['a1', ...written.slice(2), 'last']);
    expect(await instanceOf(world.ann.peer)).not.toBe(before);
    const { history } = await world.ann.peer.call('keys.status', { conversationId: world.atAnn });
    expect(history.filter(({ reason }) => reason === 'devices')).toHaveLength(1);
  }, 120_000);

  it.each(someOf(['the original', 'the copy'] as const, 1))(
    'S1-04 A38 A39: a profile copied while it runs and started on a second machine, %s first, the other first for other commits, and both by npm run exhaustive: two devices, nothing twice',
    async (first) => {
      await world.say('bo', 'b1');
      await world.settled('the beginning', ['a1'], ['b1']);
      const old = await instanceOf(world.ann.peer);
      // Something that both copies have not delivered yet.
      await world.bo.peer.kill();
      await world.say('ann', 'in both');
      const copy = world.copyOf(world.ann, 'copy');
      let second: HeadlessPeer;
      if (first === 'the original') {
        await world.bo.restart();
        await world.say('ann', 'original');
        await world.bo.peer.until('the original', async () => (await world.ofBo('in')).includes('original'));
        second = await world.start(copy);
      } else {
        second = await world.start(copy);
        await world.bo.restart();
      }
      await second.call('messages.send', { conversationId: world.atAnn, text: 'copy' });
      if (first === 'the copy') await world.say('ann', 'original');
      const all = ['a1', 'in both', 'original', 'copy'];
      // While both run as one device, a contact takes their connections for one that was opened twice, for up to 20 s each.
      await world.bo.peer.until('both', async () => (await world.ofBo('in')).length >= all.length, 120_000);
      expect([...(await world.ofBo('in'))].sort()).toEqual([...all].sort());
      await second.until('two devices', async () => {
        const ids = [await instanceOf(world.ann.peer), await instanceOf(second)];
        return ids[0] !== ids[1] && !ids.includes(old);
      }, 60_000);

      // Both go on, and what Bo writes reaches both, at the latest when they meet again.
      await world.say('ann', 'original later');
      await second.call('messages.send', { conversationId: world.atAnn, text: 'copy later' });
      await world.say('bo', 'b2');
      await world.bo.peer.until('both later', async () => (await world.ofBo('in')).length >= all.length + 2);
      await world.ann.peer.kill();
      await world.ann.restart();
      await world.ann.peer.until('b2 at the original', async () => (await world.ofAnn('in')).includes('b2'));
      await second.kill();
      second = await world.start(copy);
      await second.until('b2 at the copy', async () => (await world.ofAnn('in', second)).includes('b2'));
      expect(await world.ofAnn('in')).toEqual(['b1', 'b2']);
      expect(await world.ofAnn('in', second)).toEqual(['b1', 'b2']);
      expect([...(await world.ofBo('in'))].sort()).toEqual([...all, 'original later', 'copy later'].sort());
      expect((await world.bo.peer.call('keys.status', { conversationId: world.atBo })).transcript.equal).toBe(true);
    },
    300_000,
  );
});

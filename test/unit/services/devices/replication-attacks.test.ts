import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { encodePin } from '../../../../electron/services/replication/kinds/pin-value';
import type { Fact } from '../../../../electron/services/replication/replica';
import { signFact } from '../../../../electron/services/replication/signed-facts';
import { encodeWords } from '../../../../electron/services/replication/words';
import type { InstanceId } from '../../../../electron/engine/ids';
import { acquaint, createWorld, rotated, type Resident, type World } from '../../../support/services-kit';

describe('what a device of one’s own that was stolen may say', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;
  let bob: Resident;

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    await desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('all in step', () => laptop.profile.devices.replica.isReady && laptop.profile.devices.replica.behind(idOf(desk)) === 0);
    await world.until('all connected', () => laptop.profile.connections.sessions().length > 0);
    await world.pass(5_000);
  });
  afterEach(() => world.close());

  const idOf = ({ profile }: Resident): InstanceId => profile.local.instanceId;
  /** Words from the desk, past everything that would not say them. */
  const inject = async (words: Uint8Array): Promise<void> => {
    desk.profile.devices.siblings.sessions()[0]?.send([{ kind: 'sibling', bytes: encodeTopic('replica', words) }]);
    await world.pass(100);
  };
  const said = (fact: Partial<Fact>): Fact => ({ author: idOf(desk), number: heard() + 1, stamp: 2 ** 52, kind: 'person', key: bob.profile.local.peerId, value: new Uint8Array(0), ...fact });
  const heard = (): number => laptop.profile.stores.replica.heard().get(idOf(desk)) ?? 0;
  const signedBy = ({ crypto, profile }: Resident, ...facts: Fact[]) => facts.map((fact) => signFact(crypto, profile.local.peerId, profile.local.instance.signing, fact));
  const keyOf = ({ profile }: Resident): Uint8Array => profile.local.instance.signing.publicKey;
  const batch = (...facts: Fact[]): Uint8Array => encodeWords({ type: 'facts', author: idOf(desk), signingKey: keyOf(desk), after: heard(), upTo: facts.at(-1)?.number ?? heard(), facts: signedBy(desk, ...facts) });
  const tables = ['replica_facts', 'replica_state', 'contacts', 'conversations', 'messages', 'peers', 'peer_keys', 'key_candidates', 'requests', 'authorities'];
  const everything = (): string => JSON.stringify(tables.map((table) => laptop.db.prepare(`SELECT * FROM ${table}`).all().map((row) => Object.values(row).map(String))));

  it.each<readonly [string, () => Uint8Array]>([
    ['a batch cut short', () => batch(said({})).subarray(0, -3)],
    ['more facts than a batch has', () => batch(...Array.from({ length: 129 }, (_, at) => said({ number: heard() + 1 + at })))],
    ['facts out of order', () => batch(said({ number: heard() + 2 }), said({ number: heard() + 1 }))],
    ['a stamp that leaves no later one', () => batch(said({ stamp: 2 ** 53 - 1 }))],
    ['numbers beyond all numbers', () => encodeWords({ type: 'facts', author: idOf(desk), signingKey: keyOf(desk), after: heard(), upTo: 2 ** 53 - 1, facts: [] })],
    ['a person nobody can read, behind one that is good', () => batch(said({ kind: 'unheard-of', value: new Uint8Array(8) }), said({ number: heard() + 2, value: new Uint8Array([9, 9, 9]) }))],
    ['a key of no person', () => batch(said({ key: '../../etc/passwd' }))],
    ['a pin with another person’s certificate', () => batch(said({ kind: 'pin', value: pinOf(desk) }))],
    ['words in this device’s own name', () => encodeWords({ type: 'facts', author: idOf(laptop), signingKey: keyOf(laptop), after: 0, upTo: 99, facts: [] })],
  ])('S4-26 A75: %s: the session ends, and nothing of it is kept', async (_, words) => {
    const before = everything();
    const session = laptop.profile.devices.siblings.sessions()[0];
    let ended = false;
    session?.onClose(() => (ended = true));
    laptop.mute = true;
    laptop.onLink = (link) => link.destroy();
    await inject(words());
    expect(ended).toBe(true);
    expect(everything()).toBe(before);
    expect(laptop.logged.some(([event]) => event === 'sibling.fault')).toBe(true);
  });

  it('S5-09 A75: another key for a contact, without steps that lead to it, moves no pin: it is asked about as one nobody vouches for', async () => {
    const bobs = bob.profile.local.peerId;
    const before = laptop.profile.book.find(bobs)?.record.pinnedSpkiHash;
    // Bob’s own next key, honestly made, but nobody shows how the old one leads to it: the desk must not hear that from him either.
    desk.mute = true;
    desk.onLink = (link) => link.destroy();
    desk.profile.connections.drop(bobs);
    const record = bob.profile.stores.local.load();
    if (record === undefined) throw new Error('Bob is here');
    bob.become(await rotated(bob.crypto, record, world.clock.now(), 'routine', 'bob'));
    const value = pinOf(bob);
    laptop.mute = true;
    laptop.onLink = (link) => link.destroy();
    laptop.profile.connections.drop(bobs);
    await inject(batch(said({ kind: 'pin', value })));
    await world.until('it in question', () => laptop.profile.book.held(bobs) === 'unknown-key' || laptop.profile.book.successorOf(bobs) !== undefined);
    expect(laptop.profile.book.find(bobs)?.record.pinnedSpkiHash).toEqual(before);
    expect(laptop.profile.stores.peerKeys.candidates(bobs).map(({ vouched }) => vouched)).toEqual(['nothing']);
  });

  it('S4-26: that more was heard of this device than it said is believed up to 2^20 numbers, and beyond that nothing comes of it', async () => {
    const own = idOf(laptop);
    const said = (): number => laptop.profile.stores.replica.heard().get(own) ?? 0;
    const isSetBack = (): boolean => laptop.logged.some(([event]) => event === 'replica.set-back');
    const before = said();
    await inject(encodeWords({ type: 'heard', vector: new Map([[own, before + 2 ** 20 + 1]]) }));
    expect([said(), isSetBack()]).toEqual([before, false]);
    await inject(encodeWords({ type: 'heard', vector: new Map([[own, before + 2 ** 20]]) }));
    expect([said() >= before + 2 ** 20, isSetBack()]).toEqual([true, true]);
  });

  it('S4-26 A65: a device that is on no list any more hears nothing that is said after that', async () => {
    await world.until('a session between both', () => desk.profile.devices.siblings.sessions().length === 1);
    const before = heard();
    const { list } = desk.profile.local;
    Object.assign(list, { instances: list.instances.filter(({ instanceId }) => instanceId === idOf(desk)) });
    desk.profile.devices.siblings.dropGone();
    const contactId = desk.profile.stores.contacts.list()[0]?.contactId ?? '';
    desk.contacts.block({ contactId });
    await world.pass(60_000);
    expect(laptop.profile.devices.siblings.sessions()).toEqual([]);
    expect(heard()).toBe(before);
    expect(laptop.profile.stores.contacts.list()[0]?.blocked).toBe(false);
  });

  /** What somebody may say of a person’s key, without any step that leads to it. */
  function pinOf({ profile }: Resident): Uint8Array {
    const { identity, list, instance, exchange } = profile.local.chain;
    return encodePin({
      record: { peerId: profile.local.peerId, pinnedSpkiHash: identity.spkiHash, identityEpoch: identity.epoch, identityCertificate: identity.der, instanceList: list.bytes, listVersion: list.version, instances: [instance.bytes], exchanges: [exchange.bytes], places: [] },
      keys: [],
      path: [],
      recovery: {},
      secrets: [],
      candidates: [],
      inDoubt: false,
    });
  }
});

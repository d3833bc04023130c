import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeChain, recallChain } from '../../../../electron/engine/certificates/chain';
import { openLocalParty } from '../../../../electron/engine/certificates/local-party';
import { frameTypes } from '../../../../electron/engine/wire/frame';
import { household, type Household, idOf, keyOf } from '../../../support/own-devices';
import { type Resident, rotated } from '../../../support/services-kit';

describe('what a device that was removed says of the keys of its person', () => {
  let home: Household;
  const ada = () => home.desk.profile.local.peerId;
  const judgements = () => home.bo.logged.flatMap(([event, facts]) => (event === 'contact.keys-told' ? [facts?.['judgement']] : []));
  const held = () => home.bo.profile.book.held(ada());
  const knows = (of: Resident, version: number) => () => of.profile.local.list.version === version;

  /** The shelf was removed, which everybody but itself knows; nobody has a session with the contact, nor gets one. */
  beforeEach(async () => {
    home = await household();
    const { world, own, desk, laptop, shelf, bo } = home;
    await home.together();
    await world.until('the contact with all', () => own.every((each) => bo.profile.connections.sessions().some(({ peer }) => peer.instance.instanceId === idOf(each))));
    home.leave(shelf);
    await desk.devices.remove({ instanceId: idOf(shelf) });
    await world.until('the laptop knows', knows(laptop, desk.profile.local.list.version));
    await world.until('the contact knows', () => bo.profile.book.find(ada())?.record.listVersion === desk.profile.local.list.version);
    // Each of them knows by the tag who asks, whichever the contact met last.
    const secret = bo.profile.stores.peerKeys.pairSecret(ada()) ?? expect.unreachable('a secret');
    for (const each of own) each.profile.stores.peerKeys.addPairSecret(bo.profile.local.peerId, secret.slice());
    bo.mute = true;
    bo.onLink = (link) => link.destroy();
    world.network.cut();
    await world.pass(1_000, 100);
  });
  afterEach(() => home.world.close());

  /** Who answers in whose place; the others are away. */
  function answering(...places: readonly (readonly [Resident, Resident, number?])[]): void {
    for (const each of home.own) {
      each.mute = true;
      each.onLink = (link) => link.destroy();
    }
    for (const [place, who, after = 0] of places) {
      place.onLink = (link) => void home.world.clock.setTimer(after, () => who.profile.accept(link));
    }
    home.bo.mute = false;
    // Questions are asked and answered, and no session comes up.
    home.world.network.setWire((bytes) => (bytes[0] === frameTypes.m1 ? undefined : [bytes]));
  }
  /** One question, to its end. */
  async function asked(): Promise<void> {
    home.bo.profile.rekeying.suspect(ada());
    await home.world.pass(130_000, 100);
  }
  /** Somebody showed the contact a key that nothing vouches for, while nobody was there. */
  async function alarmed(): Promise<void> {
    const { world, desk, bo } = home;
    const record = desk.profile.stores.local.load() ?? expect.unreachable('a record');
    const other = await rotated(desk.crypto, record, world.clock.now(), 'routine', 'thief');
    const shown = recallChain(bo.crypto, encodeChain(openLocalParty(desk.crypto, other).chain));
    answering();
    for (let turn = 0; turn < 3; turn += 1) {
      bo.profile.rekeying.suspect(ada(), shown);
      await world.pass(130_000, 500);
    }
    expect(held()).toBe('unknown-key');
  }

  it('A65 A72: “nothing new”, said in the place of another device, ends no round: who counts is heard', async () => {
    const { world, desk, laptop, shelf, bo } = home;
    const before = keyOf(desk);
    await desk.rotate();
    await world.until('the laptop has it', () => keyOf(laptop) === keyOf(desk));
    expect(keyOf(shelf)).toBe(before);
    answering([desk, shelf], [laptop, laptop, 1_500]);
    await asked();
    expect(judgements()).toEqual(['adopted']);
    expect(bo.profile.book.successorOf(ada())?.epoch).toBe(2);
  });

  it('A65 A70: it neither keeps a contact from being told of a key that nothing vouches for, nor takes that back', async () => {
    const { desk, laptop, shelf, bo } = home;
    await alarmed();
    answering([desk, shelf]);
    await asked();
    expect([judgements(), held()]).toEqual([[], 'unknown-key']);
    // Nor by an offer, in answer to which it is asked back about the pinned key.
    const { desk: books } = bo.profile.rekeying;
    const [pinned = expect.unreachable('a key')] = books.askBack(ada(), new Uint8Array(32));
    const { local } = shelf.profile;
    const said = { peerId: ada(), head: pinned, elements: [], revoked: [], purpose: 'routine' } as const;
    books.onAnswer({ ...said, chain: recallChain(bo.crypto, encodeChain(local.chain)) }, pinned);
    expect([judgements(), held()]).toEqual([['stale'], 'unknown-key']);
    answering([laptop, laptop]);
    await asked();
    expect([judgements(), held()]).toEqual([['stale', 'current'], undefined]);
  });

  it('A65: a device that was merely away while the list changed is heard all the same', async () => {
    const { desk, laptop, bo } = home;
    await alarmed();
    const known = bo.profile.book.find(ada())?.record ?? expect.unreachable('the contact');
    const { chain } = laptop.profile.local;
    // As it stands once two more lists were signed without it.
    bo.profile.stores.peers.put({ ...known, listVersion: chain.list.version + 2 });
    bo.profile.book.dropCache();
    answering([desk, laptop]);
    await asked();
    expect([judgements(), held()]).toEqual([['current'], undefined]);
    bo.profile.book.isSuspended = (_person, instanceId) => instanceId === idOf(laptop);
    await alarmed();
    answering([desk, laptop]);
    await asked();
    expect([judgements(), held()]).toEqual([['current'], 'unknown-key']);
  });
});

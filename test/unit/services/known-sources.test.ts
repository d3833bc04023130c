import { afterEach, describe, expect, it } from 'vitest';
import type { Address } from '../../../electron/engine/ports';
import { addressesOfContacts, KnownSources } from '../../../electron/services/known-sources';
import { createLinkPair } from '../../support/link-pair';
import { ManualClock } from '../../support/manual-clock';
import { acquaint, createWorld, type World } from '../../support/services-kit';

describe('sources that contacts name', () => {
  it('S3-32: every address of a card counts, IPv6 by its network, and nobody else does', () => {
    const known = new KnownSources(new ManualClock(), () => [
      { host: '192.0.2.7', port: 1 },
      { host: '2001:db8:1:2::9', port: 1 },
      { host: 'home.example', port: 1 },
    ]);
    expect(['192.0.2.7', '2001:db8:1:2::/64', '192.0.2.8', '2001:db8:1:3::/64'].map((source) => known.has(source))).toEqual([true, true, false, false]);
  });

  it('S3-32: is read once in ten seconds, however many ask; what cannot be read is nobody', async () => {
    const clock = new ManualClock();
    let reads = 0;
    let addresses: Address[] | undefined = [{ host: '192.0.2.7', port: 1 }];
    const known = new KnownSources(clock, () => {
      reads += 1;
      if (addresses === undefined) throw new Error('the disk');
      return addresses;
    });
    for (let at = 0; at < 1_000; at += 1) known.has(`10.0.0.${at & 255}`);
    expect([reads, known.has('192.0.2.7')]).toEqual([1, true]);
    addresses = undefined;
    await clock.advance(10_000);
    expect([known.has('192.0.2.7'), reads]).toEqual([false, 2]);
  });
});

describe('in a profile', () => {
  let world: World;
  afterEach(() => world?.close());

  it('S3-32 A54: after a start nobody has been here yet, and a contact still finds a place that strangers cannot take', async () => {
    world = createWorld();
    const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    await acquaint(world, bo, ann);
    bo.mute = true;
    bo.profile.leave();
    ann.reopen();
    const strangers = Array.from({ length: 2_100 }, (_, at) => {
      const { listener } = createLinkPair({ clock: world.clock, diallerAddress: { host: `198.51.${at >> 8}.${at & 255}`, port: 1 } });
      ann.profile.accept(listener);
      return listener;
    });
    expect(strangers.filter(({ destroyed }) => destroyed)).toHaveLength(2_100 - 1_984);
    const { listener } = createLinkPair({ clock: world.clock, diallerAddress: { host: bo.address.host, port: 50_000 } });
    ann.profile.accept(listener);
    expect(listener.destroyed).toBe(false);
  });

  it('S3-32: whom the person blocked is a stranger here, and keeps no place', async () => {
    world = createWorld();
    const [ann, bo] = [await world.move('Ann'), await world.move('Bo')];
    await acquaint(world, bo, ann);
    const { stores, book } = ann.profile;
    expect([...addressesOfContacts(stores, book)]).toEqual([bo.address]);
    await ann.contacts.block({ contactId: stores.contacts.byPeer(bo.profile.local.peerId)?.contactId ?? '' });
    expect([...addressesOfContacts(stores, book)]).toEqual([]);
  });
});

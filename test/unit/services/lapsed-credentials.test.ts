import { afterEach, describe, expect, it } from 'vitest';
import { sealDeposit } from '../../../electron/engine/dialog/deposit';
import { contactView } from '../../../electron/services/contacts-service';
import { createWorld, type Resident, toldOf, acquaint, type World } from '../../support/services-kit';

const day = 24 * 3_600_000;

describe('credentials past their end, with the device that renews them off', () => {
  let world: World;
  afterEach(() => world.close());

  const peerOf = ({ profile }: Resident) => profile.local.peerId;
  const sessionWith = (here: Resident, there: Resident) => here.profile.connections.session(peerOf(there));
  const contactAt = async (here: Resident) => here.profile.stores.contacts.list().map((row) => contactView(here.profile, row, world.clock.now())).at(0) ?? expect.unreachable('a contact');
  const off = (one: Resident): void => {
    one.mute = true;
    one.onLink = (link) => link.destroy();
    one.profile.connections.close();
    one.profile.devices.siblings.close();
  };
  const on = (one: Resident): void => {
    one.mute = false;
    one.onLink = undefined;
    one.reopen();
  };
  const texts = async (one: Resident): Promise<string[]> => {
    const [conversation] = one.profile.stores.conversations.list();
    if (conversation === undefined) return [];
    const messages = await one.messages.list({ conversationId: conversation.conversationId });
    return messages.map(({ text }) => text);
  };
  /** Ada has a desk, which holds the identity key, and a laptop and a tablet; Bob knows her. Then the desk is off for so many days. */
  let others: readonly Resident[] = [];
  const later = async (days: number, more: (desk: Resident, laptop: Resident) => Promise<readonly Resident[]> = async () => []) => {
    world = createWorld();
    const desk = await world.move('Ada');
    const bob = await world.move('Bob');
    await acquaint(world, desk, bob);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('the laptop knows all', () => laptop.profile.devices.replica.isReady && sessionWith(laptop, bob) !== undefined && laptop.profile.stores.contacts.list().length === 1);
    others = await more(desk, laptop);
    for (const one of [desk, bob, laptop, ...others]) off(one);
    world.clock.wall += days * day;
    await bob.renew();
    await laptop.renew();
    for (const one of others) await one.renew();
    return { desk, bob, laptop };
  };

  it.each([120, 400])('S3-15 S4-32: %s days later a contact takes nothing under the certificate that ended until the user says so, and then all, both ways', { timeout: 60_000 }, async (days) => {
    const { bob, laptop } = await later(days);
    on(bob);
    on(laptop);
    const before = bob.profile.book.find(peerOf(laptop))?.record ?? expect.unreachable('pinned');
    await world.until('Bob is asked', () => toldOf(bob, 'contact.changed').length > 0 && bob.profile.stores.peerKeys.lapses().length > 0);
    const asked = await contactAt(bob);
    expect(asked.lapsed).toEqual({ since: laptop.profile.local.identity.notAfter });
    expect([sessionWith(bob, laptop), sessionWith(laptop, bob)]).toEqual([undefined, undefined]);
    // Nothing else changed: the pin, its list and its keys are those of before.
    expect(bob.profile.book.find(peerOf(laptop))?.record).toEqual(before);
    expect(asked.checked).toBe(false);
    const { contactId } = asked;
    const open = await bob.conversations.open({ contactId });
    await bob.messages.send({ conversationId: open.conversationId, text: 'from Bob' });
    await world.pass(20_000);
    expect(await texts(laptop)).toEqual([]);

    expect(await bob.keys.acceptLapsed({ contactId })).toBeNull();
    await world.until('they meet', () => sessionWith(bob, laptop) !== undefined && sessionWith(laptop, bob) !== undefined);
    expect((await contactAt(bob)).lapsed).toEqual({ since: laptop.profile.local.identity.notAfter, until: bob.profile.stores.peerKeys.lapses()[0]?.until });
    expect(bob.profile.book.find(peerOf(laptop))?.record.pinnedSpkiHash).toEqual(before.pinnedSpkiHash);
    await world.until('it arrives', () => laptop.profile.stores.conversations.list().length > 0);
    const [at] = laptop.profile.stores.conversations.list();
    await laptop.messages.send({ conversationId: at?.conversationId ?? '', text: 'from Ada' });
    await world.until('both have both', () => toldOf(bob, 'message.received').length === 1);
    expect((await texts(bob)).toSorted()).toEqual(['from Ada', 'from Bob']);
    expect(await texts(laptop)).toEqual(['from Bob', 'from Ada']);

    // The yes ends: the next session is refused again, and asked about again.
    for (const one of [bob, laptop]) off(one);
    world.clock.wall += 91 * day;
    expect((await contactAt(bob)).lapsed).toEqual({ since: laptop.profile.local.identity.notAfter });
    expect(bob.profile.book.pinned(peerOf(laptop))?.mayLapse).toBeUndefined();
  });

  it.each([120, 400])('S4-26 S4-32: %s days later the own devices find each other as before, and the devices page says what ended', { timeout: 60_000 }, async (days) => {
    const { desk, laptop } = await later(days, async (first, second) => {
      const third = await world.link(first, 'Ada’s tablet');
      await world.until('all know the third', () => [first, second, third].every(({ profile }) => profile.local.list.instances.length === 3 && profile.devices.replica.isReady));
      await world.until('they have met', () => second.profile.devices.siblings.session(third.profile.local.instanceId) !== undefined);
      return [third];
    });
    const [tablet] = others;
    if (tablet === undefined) throw new Error('there is no third device');
    on(laptop);
    on(tablet);
    const ended = { certificateEnded: laptop.profile.local.identity.notAfter, ...(days > 365 && { credentialEnded: laptop.profile.local.instance.credential.notAfter }) };
    expect((await laptop.devices.list(undefined)).find(({ current }) => current)).toMatchObject(ended);
    await world.until('they meet', () => [[tablet, laptop], [laptop, tablet]].every(([here, there]) => there !== undefined && here?.profile.devices.siblings.session(there.profile.local.instanceId) !== undefined));
    expect(tablet.profile.local.identity.notAfter).toBe(ended.certificateEnded);
    expect(tablet.profile.devices.replica.behind(laptop.profile.local.instanceId)).toBeDefined();
    // The certificate is made anew where the key is, and reaches the others over their connections.
    await desk.renew();
    on(desk);
    await world.until('in force on both', () => laptop.profile.local.identity.notAfter > world.clock.now() && laptop.profile.local.instance.credential.notAfter > world.clock.now());
    expect(Object.keys((await laptop.devices.list(undefined)).find(({ current }) => current) ?? {}).filter((key) => key.endsWith('Ended'))).toEqual([]);
  });

  it('S3-15: what such a contact left in a file waits for the yes as well, and is opened with it', { timeout: 60_000 }, async () => {
    const { bob, laptop } = await later(120);
    on(bob);
    on(laptop);
    await world.until('Bob is asked', () => bob.profile.stores.peerKeys.lapses().length > 0);
    const { envelopes, quarantine, stores } = bob.profile;
    const deposit = sealDeposit(laptop.crypto, laptop.profile.local, { peerId: peerOf(bob), exchange: bob.profile.local.chain.exchange }, new Uint8Array(300));
    const opened = envelopes.open(deposit);
    if (opened === undefined || !('deposit' in opened)) throw new Error('it was not put aside');
    expect(opened.lapsed).toBe(true);
    expect(quarantine.hold([opened])).toBe(1);
    quarantine.release(peerOf(laptop));
    expect([envelopes.reopen(deposit), stores.quarantine.of(peerOf(laptop)).length]).toEqual(['waits', 1]);
    await bob.keys.acceptLapsed({ contactId: (await contactAt(bob)).contactId });
    // Opened, and judged like any message: these bytes are none.
    expect(envelopes.reopen(deposit)).toMatchObject({ source: { identity: { peerId: peerOf(laptop) } } });
    expect(stores.quarantine.of(peerOf(laptop))).toEqual([]);
  });
});

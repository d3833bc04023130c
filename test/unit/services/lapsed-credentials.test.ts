import { afterEach, describe, expect, it } from 'vitest';
import { sealDeposit } from '../../../electron/engine/dialog/deposit';
import { contactView } from '../../../electron/services/contact-view';
import { createMailWorld, type MailWorld } from '../../support/mail-world';
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
  const later = async (days: number, more: (desk: Resident, laptop: Resident, bob: Resident) => Promise<readonly Resident[]> = async () => [], inWorld: World = createWorld()) => {
    world = inWorld;
    const desk = await world.move('Ada');
    const bob = await world.move('Bob');
    await acquaint(world, desk, bob);
    const laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('the laptop knows all', () => laptop.profile.devices.replica.isReady && sessionWith(laptop, bob) !== undefined && laptop.profile.stores.contacts.list().length === 1);
    others = await more(desk, laptop, bob);
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
    expect(bob.profile.stores.peerKeys.lapses()[0]?.until).toBe(world.clock.now() + 90 * day);
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

  const tabletOf = async (name: string, first: Resident, ...rest: Resident[]): Promise<Resident> => {
    const tablet = await world.link(first, name);
    await world.until('all of the person together', () => [first, ...rest, tablet].every(({ profile }) => profile.local.list.instances.length === rest.length + 2 && profile.devices.replica.isReady && profile.devices.siblings.sessions().length === rest.length + 1));
    return tablet;
  };
  const lapseAt = (one: Resident) => one.profile.stores.peerKeys.lapses()[0];

  it('S4-32: the yes counts on the other own devices, too, for as long and for that key; what waited there is opened', { timeout: 60_000 }, async () => {
    const { bob, laptop } = await later(120, async (_desk, _laptop, first) => [await tabletOf('Bob’s tablet', first)]);
    const [tablet] = others;
    if (tablet === undefined) throw new Error('Bob has two devices');
    await world.until('Bob’s tablet knows her', () => tablet.profile.stores.contacts.list().length === 1);
    for (const one of [bob, tablet, laptop]) on(one);
    await world.until('both are asked', () => [bob, tablet].every((one) => lapseAt(one) !== undefined));
    const deposit = sealDeposit(laptop.crypto, laptop.profile.local, { peerId: peerOf(bob), exchange: bob.profile.local.chain.exchange }, new Uint8Array(300));
    const held = tablet.profile.envelopes.open(deposit);
    if (held === undefined || !('deposit' in held)) throw new Error('it was not put aside');
    tablet.profile.quarantine.hold([held]);
    expect([sessionWith(tablet, laptop), tablet.profile.stores.quarantine.of(peerOf(laptop)).length]).toEqual([undefined, 1]);
    await bob.keys.acceptLapsed({ contactId: (await contactAt(bob)).contactId });
    await world.until('the tablet knows', () => lapseAt(tablet)?.until !== undefined);
    expect(lapseAt(tablet)).toEqual(lapseAt(bob));
    expect(toldOf(tablet, 'contact.changed').length).toBeGreaterThan(0);
    await world.until('she is met at both', () => [bob, tablet].every((one) => sessionWith(one, laptop) !== undefined || sessionWith(laptop, one) !== undefined));
    await world.until('what waited is opened', () => tablet.profile.stores.quarantine.of(peerOf(laptop)).length === 0);
  });

  it('S4-32: a message left in the mailbox waits for the yes and is shown with it; a card that came with it moves nothing before, and is learned then', { timeout: 60_000 }, async () => {
    const mail: MailWorld = createMailWorld();
    const { bob, laptop } = await later(
      120,
      async (desk, second, first) => {
        for (const one of [desk, first]) await mail.register(one);
        await mail.register(second);
        const { contactId } = second.profile.stores.contacts.list()[0] ?? expect.unreachable('Bob');
        await second.conversations.open({ contactId, title: 'Tea' });
        await world.until('both know where to leave something', () => second.profile.stores.ways.mailboxesOf(peerOf(first)).length > 0 && first.profile.stores.ways.mailboxesOf(peerOf(second)).length > 0);
        await world.until('it is at Bob', () => first.profile.stores.conversations.list().length === 1);
        return [];
      },
      mail,
    );
    mail.part(bob, laptop);
    for (const one of [bob, laptop]) one.reopen();
    const [conversation] = laptop.profile.stores.conversations.list();
    await laptop.messages.send({ conversationId: conversation?.conversationId ?? '', text: 'by mail' });
    await world.until('it was left', () => mail.left.some(({ by }) => by === laptop.name));
    await world.pass(60_000, 500);
    expect([await texts(bob), bob.profile.stores.quarantine.of(peerOf(laptop)).length > 0]).toEqual([[], true]);
    expect(lapseAt(bob)).toMatchObject({ peerId: peerOf(laptop) });
    await bob.keys.acceptLapsed({ contactId: (await contactAt(bob)).contactId });
    await world.until('it is shown', () => toldOf(bob, 'message.received').length === 1);
    expect([await texts(bob), bob.profile.stores.quarantine.of(peerOf(laptop))]).toEqual([['by mail'], []]);
  });

  it('S3-15 S4-32: a session from before the end is gone on with only after the yes; under it one is resumed, and handed over to another device', { timeout: 60_000 }, async () => {
    // On this day it is in force still, in grace.
    const { bob, laptop } = await later(119, async (desk, second) => [await tabletOf('Ada’s tablet', desk, second)]);
    const [tablet] = others;
    if (tablet === undefined) throw new Error('Ada has three devices');
    const entriesAt = (one: Resident, of: Resident) => one.profile.stores.resumptions.ofPeer(peerOf(of)).filter(({ peerInstance }) => peerInstance === of.profile.local.instanceId);
    for (const one of [bob, laptop]) on(one);
    await world.until('they meet', () => sessionWith(bob, laptop) !== undefined && entriesAt(bob, laptop).length === 1 && entriesAt(laptop, bob).length === 1);
    for (const one of [bob, laptop]) off(one);
    world.clock.wall += 2 * day;
    for (const one of [bob, laptop]) on(one);
    await world.until('Bob is asked', () => lapseAt(bob) !== undefined);
    await world.pass(20_000, 500);
    expect([sessionWith(bob, laptop), sessionWith(laptop, bob), entriesAt(bob, laptop)]).toEqual([undefined, undefined, []]);

    await bob.keys.acceptLapsed({ contactId: (await contactAt(bob)).contactId });
    on(tablet);
    laptop.reopen();
    const toLaptop = () => bob.profile.connections.sessions().find(({ peer }) => peer.instance.instanceId === laptop.profile.local.instanceId);
    // The same of it on both sides, and what shows it to the tablet.
    const isKept = (): boolean => entriesAt(bob, laptop)[0]?.hint !== undefined && Buffer.compare(entriesAt(bob, laptop)[0]?.keyId ?? Buffer.of(1), entriesAt(laptop, bob)[0]?.keyId ?? Buffer.of(2)) === 0;
    await world.until('they meet', () => toLaptop() !== undefined && isKept() && laptop.profile.devices.siblings.sessions().length === 1);
    await world.pass(30_000, 500);
    toLaptop()?.close();
    await world.until('it is resumed', () => toLaptop()?.resumed === true && isKept());
    // Only Bob looks for anybody; the laptop is out of his sight, and what he had of the tablet is no more.
    for (const one of [laptop, tablet]) one.mute = true;
    await world.until('Bob knows where the tablet is', () => (bob.profile.book.find(peerOf(laptop))?.record.places.length ?? 0) >= 2);
    for (const { keyId } of entriesAt(bob, tablet)) bob.profile.stores.resumptions.remove(keyId);
    laptop.onLink = (link) => link.destroy();
    for (const session of bob.profile.connections.sessions()) session.close();
    await world.until('a session with the tablet', () => bob.profile.connections.sessions().some(({ peer }) => peer.instance.instanceId === tablet.profile.local.instanceId));
    expect((await bob.networkCalls.status(undefined)).sessions).toMatchObject([{ resumed: true, handedOver: true }]);
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

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewDevice } from '../../../../electron/engine/certificates/admission';
import { consentTo, parseInstanceCredential } from '../../../../electron/engine/certificates/credential';
import { parseInstanceList } from '../../../../electron/engine/certificates/instance-list';
import { instanceIdOf } from '../../../../electron/engine/identity/peer-id';
import { askedMs } from '../../../../electron/services/devices/asked-devices';
import type { Session, SessionItem } from '../../../../electron/engine/session/session';
import { encodeIssueRequest } from '../../../../electron/services/devices/issue-words';
import type { Issued } from '../../../../electron/services/devices/issuing';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { encodeWord } from '../../../../electron/services/devices/upkeep-words';
import { household, type Household } from '../../../support/own-devices';
import { toldOf } from '../../../support/services-kit';

describe('a device without the identity key lets another one in', () => {
  let home: Household;

  beforeEach(async () => {
    home = await household();
    await home.together();
  });
  afterEach(() => home.world.close());

  const newDevice = (deviceName: string): NewDevice => {
    const { crypto, profile } = home.laptop;
    const [signing, kem] = [crypto.generateSigning(), crypto.generateKem('instance-kem')];
    return { signingKey: signing.publicKey, kemKey: kem.publicKey, consent: consentTo(crypto, profile.local.peerId, signing, kem.publicKey), deviceName };
  };
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );

  const onlyRequest = () => home.desk.devices.requests(undefined);
  const allow = async (accept = true) => {
    await home.world.until('it is asked', () => home.desk.profile.devices.upkeep.asked.list().length === 1);
    const [request] = await onlyRequest();
    await home.desk.devices.answer({ requestId: request?.requestId ?? '', accept });
  };

  it('S4-26 A65: nothing is signed before the person at the certifier saw who asks for what and allowed it; refused, called off or unanswered it never is', async () => {
    const { world, desk, laptop, shelf } = home;
    const { version } = desk.profile.local.list;
    const ask = () => codeOf(laptop.profile.devices.upkeep.issue(newDevice('watch')));
    const refused = ask();
    await world.until('it is asked', () => desk.profile.devices.upkeep.asked.list().length === 1);
    expect(await onlyRequest()).toMatchObject([{ deviceName: 'watch', by: laptop.profile.local.instanceId, byName: 'second' }]);
    expect(toldOf(desk, 'devices.requests').at(-1)?.requests).toEqual(await onlyRequest());
    for (const each of [laptop, shelf]) expect(await each.devices.requests(undefined)).toEqual([]);
    await world.pass(120_000, 500);
    expect(desk.profile.local.list.version).toBe(version);
    await allow(false);
    expect(await refused).toBe('device.not-allowed');
    expect(toldOf(desk, 'devices.requests').at(-1)?.requests).toEqual([]);

    const late = ask();
    await world.pass(askedMs + 1_000, 500);
    expect(await late).toBe('device.not-answered');
    const calledOff = ask();
    await world.until('it is asked', () => desk.profile.devices.upkeep.asked.list().length === 1);
    const [{ requestId } = { requestId: '' }] = await onlyRequest();
    laptop.profile.devices.upkeep.withdraw();
    expect(await calledOff).toBe('device.link-lost');
    await world.until('nothing is asked', () => desk.profile.devices.upkeep.asked.list().length === 0);
    await expect(Promise.resolve().then(() => desk.devices.answer({ requestId, accept: true }))).rejects.toMatchObject({ code: 'device.request-gone' });
    // One of each device: a flood of requests is one.
    const flood = [ask(), ask(), ask()];
    await world.until('the last', () => toldOf(desk, 'devices.requests').length > 8);
    expect(await onlyRequest()).toHaveLength(1);
    laptop.profile.devices.upkeep.withdraw();
    await Promise.all(flood);
    expect(desk.profile.local.list.version).toBe(version);
  });

  it('S4-26 A65: nobody allows what its device has given up: neither behind a sleep, nor where it came back and did not ask again', async () => {
    const { world, desk, laptop } = home;
    const { version } = desk.profile.local.list;
    void codeOf(laptop.profile.devices.upkeep.issue(newDevice('watch')));
    await world.until('it is asked', () => desk.profile.devices.upkeep.asked.list().length === 1);
    const [{ requestId } = { requestId: '' }] = await onlyRequest();
    desk.wrong.ahead = askedMs;
    await expect(Promise.resolve().then(() => desk.devices.answer({ requestId, accept: true }))).rejects.toMatchObject({ code: 'device.request-gone' });
    await world.pass(10_000, 500);
    expect([await onlyRequest(), toldOf(desk, 'devices.requests').at(-1)?.requests]).toEqual([[], []]);
    desk.wrong.ahead = 0;
    void codeOf(laptop.profile.devices.upkeep.issue(newDevice('watch')));
    await world.until('it is asked', () => desk.profile.devices.upkeep.asked.list().length === 1);
    laptop.reopen();
    await home.together();
    await allow();
    await world.pass(10_000, 500);
    expect(desk.profile.local.list.version).toBe(version);
  });

  it('S4-26 A65: what the certifier signed before it heard that it was called off is noted as a device that has yet to show itself', async () => {
    const { world, desk, laptop } = home;
    const device = newDevice('watch');
    const outcome = codeOf(laptop.profile.devices.upkeep.issue(device));
    await world.until('it is asked', () => desk.profile.devices.upkeep.asked.list().length === 1);
    let sign = (): void => undefined;
    desk.hold(new Promise<void>((done) => (sign = done)));
    await allow();
    laptop.profile.devices.upkeep.withdraw();
    expect(await outcome).toBe('device.link-lost');
    await world.pass(1_000);
    sign();
    const instanceId = instanceIdOf(laptop.crypto, device.signingKey);
    await world.until('all know it', () => home.own.every(({ profile }) => profile.local.list.instances.some((entry) => entry.instanceId === instanceId && entry.state === 'active')));
    expect(home.own.map(({ profile }) => profile.stores.devices.find(instanceId)?.awaited)).toEqual([undefined, true, undefined]);
  });

  it('S4-26 A65: what the certifier signed while the device that asked ended, so that it never heard the answer, is noted as one that has yet to show itself', async () => {
    const { world, desk, laptop } = home;
    const [device, refused] = [newDevice('watch'), newDevice('phone')];
    const stands = (each: NewDevice) => home.own.map(({ profile }) => profile.local.list.instances.some(({ instanceId, state }) => instanceId === instanceIdOf(laptop.crypto, each.signingKey) && state === 'active'));
    const no = codeOf(laptop.profile.devices.upkeep.issue(refused));
    await allow(false);
    expect([await no, laptop.profile.stores.upkeep.get('asked-for')]).toEqual(['device.not-allowed', undefined]);
    void codeOf(laptop.profile.devices.upkeep.issue(device));
    await world.until('it is asked', () => desk.profile.devices.upkeep.asked.list().length === 1);
    let sign = (): void => undefined;
    desk.hold(new Promise<void>((done) => (sign = done)));
    await allow();
    home.leave(laptop);
    sign();
    await world.until('it is signed', () => stands(device)[0] === true);
    home.comeBack(laptop);
    await world.until('all know it', () => stands(device).every(Boolean));
    await home.together();
    const { stores } = laptop.profile;
    expect(home.own.map(({ profile }) => profile.stores.devices.find(instanceIdOf(laptop.crypto, device.signingKey))?.awaited)).toEqual([undefined, true, undefined]);
    expect(stores.upkeep.get('asked-for')).toBeUndefined();
  });

  it('S4-26: asked again over another connection it is the same question, and its answer arrives', async () => {
    const { world, desk, laptop } = home;
    const issued = codeOf(laptop.profile.devices.upkeep.issue(newDevice('watch')));
    await world.until('it is asked', () => desk.profile.devices.upkeep.asked.list().length === 1);
    const before = await onlyRequest();
    for (const session of laptop.profile.devices.siblings.sessions()) session.close();
    await home.together();
    await world.pass(1_000);
    expect(await onlyRequest()).toEqual(before);
    await allow();
    expect(await issued).toBe('done');
  });

  it('S4-26: the certifier signs for it, once, and all devices hear of it', async () => {
    const { world, desk, laptop, own, together } = home;
    const device = newDevice('watch');
    const issued: Issued[] = [];
    const ask = async () => void issued.push(await laptop.profile.devices.upkeep.issue(device));
    void ask();
    await allow();
    await world.until('an answer', () => issued.length === 1);
    const { credential, list } = issued[0] ?? expect.unreachable();
    const { instanceId, hash, roles } = parseInstanceCredential(laptop.crypto, credential);
    expect(roles).toEqual(['exchange']);
    expect(parseInstanceList(laptop.crypto, list).instances.find((entry) => entry.instanceId === instanceId)).toMatchObject({ credentialHash: hash, state: 'active' });
    await together();
    const { version } = desk.profile.local.list;
    // The answer was lost, and it asks again.
    void ask();
    await world.until('the same answer', () => issued.length === 2);
    expect(issued[1]?.credential).toEqual(credential);
    for (const { profile } of own) expect(profile.local.list).toMatchObject({ version, instances: { length: 4 } });
  });

  it('S4-26 A65: nothing for a device that does not count, nor without consent, nor while the certifier is off', async () => {
    const { world, desk, laptop, shelf } = home;
    const { version } = desk.profile.local.list;
    // Somebody else's consent does not do for this person.
    const foreign = { ...newDevice('watch'), consent: newDevice('other').consent };
    const refused = codeOf(laptop.profile.devices.upkeep.issue(foreign));
    await world.pass(31_000, 500);
    expect(await refused).toBe('device.not-certifier');
    // By a session that serves getting in step only.
    const sent: SessionItem[] = [];
    let hear: ((items: readonly SessionItem[]) => void) | undefined;
    const peer = shownBy(shelf);
    const session = { peer, onItems: (handler: typeof hear) => (hear = handler), send: (items: readonly SessionItem[]) => (sent.push(...items), true), onClose: () => undefined, close: () => undefined };
    desk.profile.devices.upkeep.serve(session as unknown as Session); // only what getting in step uses of it
    const asked = toldOf(desk, 'devices.requests').length;
    // For a further device, and for another one in its own place, for which nobody would be asked.
    for (const instead of [false, true]) {
      const word = encodeIssueRequest({ requestId: desk.crypto.random(16), device: newDevice('watch'), instead });
      hear?.(encodeWord('issue', word).map((part) => ({ kind: 'sibling' as const, bytes: encodeTopic('upkeep', part) })));
      await world.pass(2_000);
      expect([instead, desk.profile.local.list.version, toldOf(desk, 'devices.requests').length]).toEqual([instead, version, asked]);
    }
    expect(sent.length).toBeGreaterThan(0);
    // Nor are the keys of an identity stored that come by such a session, though from the device that holds them.
    let offered: typeof hear;
    const ofDesk = { ...session, peer: shownBy(desk), onItems: (handler: typeof hear) => (offered = handler) };
    laptop.profile.devices.upkeep.serve(ofDesk as unknown as Session); // as above
    offered?.(encodeWord('offer', laptop.crypto.random(16 + 64)).map((part) => ({ kind: 'sibling' as const, bytes: encodeTopic('upkeep', part) })));
    expect(laptop.profile.stores.upkeep.get('incoming')).toBeUndefined();

    home.leave(desk);
    await world.until('the certifier is off', () => laptop.profile.devices.siblings.session(desk.profile.local.instanceId) === undefined);
    expect(await codeOf(laptop.profile.devices.upkeep.issue(newDevice('watch')))).toBe('device.not-connected');
  });

  function shownBy({ profile }: Household['shelf']): Session['peer'] {
    return profile.local.chain as Session['peer']; // its own, as it would show it
  }

  it('S4-26 A38: a device without the identity key that was rolled back gets new keys from the certifier, and its old ones count no more', async () => {
    const { world, laptop, shelf, bo } = home;
    const before = laptop.profile.local.instanceId;
    laptop.profile.history.rolledBack({ peerId: bo.profile.local.peerId, reason: 'start-token' });
    await world.until('another device', () => laptop.profile.local.instanceId !== before);
    await home.together();
    for (const { profile } of home.own) {
      const states = new Map(profile.local.list.instances.map(({ instanceId, state }) => [instanceId, state]));
      expect([states.get(before), states.get(laptop.profile.local.instanceId)]).toEqual(['retired', 'active']);
    }
    expect(laptop.profile.devices.standing.state).toBe('active');
    // Both may have made one when the old device was struck off; they settle on the same.
    await world.until('one exchange key', () => Buffer.compare(shelf.profile.local.exchange.current.credential.hash, laptop.profile.local.exchange.current.credential.hash) === 0);
    expect(await laptop.say(bo, 'as another device')).toBe(true);
    expect(await bo.say(laptop, 'to the other device')).toBe(true);
  });

  it('S4-26 A38: however long the certifier takes to sign, the device that was rolled back becomes another one; a lock waits for none of it', async () => {
    const { world, desk, laptop, bo } = home;
    const before = laptop.profile.local.instanceId;
    let sign = (): void => undefined;
    desk.hold(new Promise<void>((done) => (sign = done)));
    laptop.profile.history.rolledBack({ peerId: bo.profile.local.peerId, reason: 'start-token' });
    await world.pass(180_000, 500);
    expect(laptop.profile.local.instanceId).toBe(before);
    sign();
    await world.until('another device', () => laptop.profile.local.instanceId !== before);
    await home.together();
    expect(laptop.profile.devices.standing.state).toBe('active');
    expect(await laptop.say(bo, 'as another device')).toBe(true);

    desk.hold(new Promise<void>((done) => (sign = done)));
    const given = codeOf(laptop.profile.devices.upkeep.replaceThis());
    laptop.profile.devices.upkeep.giveUp();
    expect(await given).toBe('device.not-certifier');
    sign();
  });
});

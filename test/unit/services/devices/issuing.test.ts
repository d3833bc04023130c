import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewDevice } from '../../../../electron/engine/certificates/admission';
import { consentTo, parseInstanceCredential } from '../../../../electron/engine/certificates/credential';
import { parseInstanceList } from '../../../../electron/engine/certificates/instance-list';
import type { Session, SessionItem } from '../../../../electron/engine/session/session';
import { encodeIssueRequest } from '../../../../electron/services/devices/issue-words';
import type { Issued } from '../../../../electron/services/devices/issuing';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { encodeWord } from '../../../../electron/services/devices/upkeep-words';
import { household, type Household } from '../../../support/own-devices';

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

  it('S4-26: the certifier signs for it, once, and all devices hear of it', async () => {
    const { world, desk, laptop, own, together } = home;
    const device = newDevice('watch');
    const issued: Issued[] = [];
    const ask = async () => void issued.push(await laptop.profile.devices.upkeep.issue(device));
    void ask();
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
    const word = encodeIssueRequest({ requestId: desk.crypto.random(16), device: newDevice('watch'), instead: false });
    const sent: SessionItem[] = [];
    let hear: ((items: readonly SessionItem[]) => void) | undefined;
    const peer = shownBy(shelf);
    const session = { peer, onItems: (handler: typeof hear) => (hear = handler), send: (items: readonly SessionItem[]) => (sent.push(...items), true), onClose: () => undefined, close: () => undefined };
    desk.profile.devices.upkeep.serve(session as unknown as Session); // only what getting in step uses of it
    hear?.(encodeWord('issue', word).map((part) => ({ kind: 'sibling' as const, bytes: encodeTopic('upkeep', part) })));
    await world.pass(1_000);
    expect(sent.length).toBeGreaterThan(0);
    expect(desk.profile.local.list.version).toBe(version);

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
    expect(shelf.profile.local.exchange.current.credential.hash).toEqual(laptop.profile.local.exchange.current.credential.hash);
    expect(await laptop.say(bo, 'as another device')).toBe(true);
    expect(await bo.say(laptop, 'to the other device')).toBe(true);
  });
});

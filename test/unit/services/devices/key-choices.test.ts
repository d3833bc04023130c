import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseKeyLink } from '../../../../electron/engine/certificates/key-link';
import type { LocalRecord } from '../../../../electron/engine/ports';
import { toHex } from '../../../../electron/engine/wire/encoding';
import { encodeTopic } from '../../../../electron/services/devices/topics';
import { signFact } from '../../../../electron/services/replication/signed-facts';
import { encodeWords } from '../../../../electron/services/replication/words';
import { acquaint, createWorld, type Resident, rotated, toldOf, type World } from '../../../support/services-kit';

/** The same person with a key that nothing speaks for. */
const withoutProof = (record: LocalRecord): LocalRecord => ({
  ...record,
  identityKeys: record.identityKeys.filter(({ retiredAt }) => retiredAt === undefined).map(({ link: _said, ...key }) => key),
});

describe('a key of a contact that this person decided for on one device', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;
  let bob: Resident;
  let first = '';
  let second = '';

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    await acquaint(world, desk, bob);
    laptop = await world.link(desk, 'Ada’s laptop');
    await inStep();
    await world.until('all connected', () => laptop.profile.connections.sessions().length > 0);
    first = keyOf(bob);
  }, 30_000);
  afterEach(() => world.close());

  const keyOf = ({ profile }: Resident) => toHex(profile.local.identity.spkiHash);
  const bobs = () => bob.profile.local.peerId;
  const pinOf = (at: Resident) => toHex(at.profile.book.find(bobs())?.record.pinnedSpkiHash ?? new Uint8Array());
  const heldAt = (at: Resident) => at.profile.book.held(bobs());
  const contactAt = (at: Resident) => at.profile.stores.contacts.byPeer(bobs()) ?? expect.unreachable('a contact');
  const accept = (at: Resident, fingerprint: string) => at.keys.acceptKey({ contactId: contactAt(at).contactId, fingerprint });
  const inStep = () => world.until('both in step', () => [[desk, laptop], [laptop, desk]].every(([here, there]) => here?.profile.devices.replica.isReady && here.profile.devices.replica.behind(there?.profile.local.instanceId ?? desk.profile.local.instanceId) === 0));
  /** Bob starts over: the new key is asked about on both. Nobody of Ada reaches him any more where `away`. */
  const newKey = async ({ away = false } = {}): Promise<void> => {
    bob.become(withoutProof(await rotated(bob.crypto, bob.profile.stores.local.load() ?? expect.unreachable(), world.clock.now(), 'routine', 'bob')));
    for (const { profile } of [desk, laptop, bob]) profile.networkChanged();
    await world.until('asked on both', () => heldAt(desk) === 'unknown-key' && heldAt(laptop) === 'unknown-key');
    second = keyOf(bob);
    if (!away) return;
    bob.mute = true;
    bob.onLink = (link) => link.destroy();
    bob.profile.connections.close();
  };
  const away = (device: Resident, isAway: boolean): void => {
    device.mute = isAway;
    device.onLink = isAway ? (link) => link.destroy() : undefined;
    device.reopen();
  };

  it.each([['the first', () => [desk, laptop]], ['the other', () => [laptop, desk]]] as const)('S5-09 S4-32: on %s device: counts on both, without another question, and messages go', async (_, order) => {
    const [here, there] = order() as [Resident, Resident];
    await newKey();
    accept(here, second);
    await world.until('it there', () => pinOf(there) === second && heldAt(there) === undefined);
    expect(await there.keys.keyTrouble({ contactId: contactAt(there).contactId })).toEqual({ kind: 'none', candidates: [] });
    expect(contactAt(there)).toMatchObject({ checked: true });
    expect(toHex(contactAt(there).checkedSpkiHash ?? new Uint8Array())).toBe(second);
    expect((await there.keys.keyHistory({ contactId: contactAt(there).contactId })).map(({ origin, current }) => [origin, current])).toEqual([['person', true], ['first', false]]);
    expect(toldOf(there, 'key.rotated')).toMatchObject([{ fingerprint: second, origin: 'person' }]);
  });

  it('S5-09 S4-32: the key known so far kept on one device ends the question on the other', async () => {
    await newKey({ away: true });
    accept(laptop, first);
    await world.until('no question', () => heldAt(desk) === undefined);
    expect([desk, laptop].map(pinOf)).toEqual([first, first]);
    expect(desk.profile.stores.peerKeys.candidates(bobs())).toEqual([]);
  });

  it('A71 A73 S4-32: a key left long ago turns out to have vouched for two: one device hears of it, both hold back, and so does one that is let in after that; one decision ends it on all', async () => {
    const record = bob.profile.stores.local.load() ?? expect.unreachable();
    const stolen = await rotated(bob.crypto, record, world.clock.now(), 'routine', 'thief');
    await bob.rotate();
    second = keyOf(bob);
    await world.until('followed on both', () => [desk, laptop].every((each) => pinOf(each) === second));
    await inStep();
    const link = parseKeyLink(bob.crypto, stolen.identityKeys.at(-1)?.link ?? expect.unreachable());
    desk.profile.commit(() => desk.profile.rekeying.hear(bobs(), [link], undefined));
    await world.until('both hold back', () => heldAt(desk) === 'frozen' && heldAt(laptop) === 'frozen');
    const tablet = await world.link(desk, 'Ada’s tablet');
    await world.until('the tablet, too', () => heldAt(tablet) === 'frozen');
    const shown = async (at: Resident) => (await at.keys.keyTrouble({ contactId: contactAt(at).contactId })).candidates.map(({ fingerprint }) => fingerprint);
    for (const each of [desk, laptop, tablet]) expect(await shown(each)).toEqual([toHex(link.spkiHash), second]);
    accept(laptop, second);
    await world.until('none holds back', () => [desk, laptop, tablet].every((each) => heldAt(each) === undefined));
    for (const each of [desk, laptop, tablet]) {
      each.profile.commit(() => each.profile.rekeying.hear(bobs(), [link], undefined));
      expect([pinOf(each), heldAt(each)]).toEqual([second, undefined]);
    }
  }, 60_000);

  it('S5-09 A75: over a key that was compared it is asked about, whoever says so', async () => {
    await desk.contacts.setChecked({ contactId: contactAt(desk).contactId, checked: true });
    await world.until('the check', () => contactAt(laptop).checked);
    await newKey();
    accept(desk, second);
    await world.until('it at the desk', () => pinOf(desk) === second);
    await inStep();
    await world.pass(5_000, 500);
    expect([pinOf(desk), pinOf(laptop), heldAt(laptop)]).toEqual([second, first, 'unknown-key']);
    expect(contactAt(laptop).checked).toBe(true);
    expect(toHex(contactAt(laptop).checkedSpkiHash ?? new Uint8Array())).toBe(first);
    accept(laptop, second);
    await world.until('it at the laptop', () => pinOf(laptop) === second && heldAt(laptop) === undefined);
    await inStep();
    expect([desk, laptop].map((each) => [contactAt(each).checked, toHex(contactAt(each).checkedSpkiHash ?? new Uint8Array())])).toEqual([[true, second], [true, second]]);
  });

  it('S5-09 A73: two devices that decide differently at once: nothing is sent under either key until the person decides, having seen both', async () => {
    await newKey();
    away(laptop, true);
    accept(desk, second);
    await world.until('it at the desk', () => pinOf(desk) === second);
    accept(laptop, first);
    away(laptop, false);
    await world.until('both hold back', () => heldAt(desk) === 'frozen' && heldAt(laptop) === 'frozen');
    expect([pinOf(desk), pinOf(laptop)]).toEqual([second, first]);
    const shown = async (at: Resident) => (await at.keys.keyTrouble({ contactId: contactAt(at).contactId })).candidates.map(({ fingerprint }) => fingerprint);
    expect([await shown(desk), await shown(laptop)]).toEqual([[first], [second]]);
    accept(desk, first);
    await world.until('one key', () => pinOf(desk) === first && heldAt(desk) === undefined && heldAt(laptop) === undefined);
    expect([pinOf(laptop), contactAt(laptop).checked]).toEqual([first, true]);
    await inStep();
    laptop.reopen();
    desk.reopen();
    await inStep();
    expect([heldAt(desk), heldAt(laptop)]).toEqual([undefined, undefined]);
  });

  it('A75: a decision is for the very key whose proof comes along, and for none that was left by a proven step', async () => {
    await newKey();
    accept(desk, second);
    await world.until('it there', () => pinOf(laptop) === second);
    const { local, stores } = desk.profile;
    const told = stores.replica.of('choice', bobs())[0]?.value ?? expect.unreachable('said');
    const before = heldAt(laptop);
    // The same decision, in which another key stands in the place of the one decided for.
    const changed = told.slice();
    const at = 16 + 8 + 4 + 4 + 100;
    changed[at] = (changed[at] ?? 0) ^ 1;
    const number = (laptop.profile.stores.replica.heard().get(local.instanceId) ?? 0) + 1;
    const fact = signFact(desk.crypto, local.peerId, local.instance.signing, { author: local.instanceId, number, stamp: 2 ** 52, kind: 'choice', key: bobs(), value: changed });
    desk.profile.devices.siblings.sessions()[0]?.send([{ kind: 'sibling', bytes: encodeTopic('replica', encodeWords({ type: 'facts', author: local.instanceId, signingKey: local.instance.signing.publicKey, after: number - 1, upTo: number, facts: [fact] })) }]);
    await world.pass(500);
    expect([pinOf(laptop), before, contactAt(laptop).checked]).toEqual([second, undefined, true]);
  });
});

import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cat, u8 } from '../second/bytes.mjs';
import { consent } from '../second/credentials.mjs';
import { edPublic, kemPublic, random } from '../second/crypto.mjs';
import { SharedKeys } from '../second/handover.mjs';
import { answerSibling, asDevice, deviceLink, letIn, Teller, value } from '../second/letting-in.mjs';
import * as live from '../second/live.mjs';
import { Peer } from '../second/peer.mjs';
import { identityKey, Person } from '../second/person.mjs';
import { TYPES } from '../second/session.mjs';
import { Sibling } from '../second/sibling.mjs';
import { signFact } from '../second/words.mjs';
import { HeadlessPeer } from '../support/headless-peer';
import { readyKeys } from '../support/rsa-keys';
import { passphrase, temporaryFolder } from '../support/two-peers';

// Vera's first device was written from docs/protocol.md alone, and so was one that was let in before and Carol, whom she knows. Her newest one is a real headless
// peer: it is let in here, and knows of its person's life what the common log tells. Tests go on where the one before ended.
const folder = temporaryFolder();
const keyOf = (at: number) => identityKey(1, createPrivateKey(readyKeys(at + 1)[at] ?? ''));
type Wire = InstanceType<typeof live.Wire>;
type Own = InstanceType<typeof Sibling>;

let vera: InstanceType<typeof Person>;
let carol: InstanceType<typeof Peer>;
let pocket: HeadlessPeer;
let address: { host: string; port: number };
let server: { close: () => void };
let letInDevice: Awaited<ReturnType<typeof letIn>>;
let teller: InstanceType<typeof Teller>;
let told: Own;
/** Credentials of the device that was let in before. */
let attic: { signingSeed: Buffer; signingKey: Buffer; kemSecret: Buffer; kemKey: Buffer; credential: Buffer };
/** What the pocket dials first; later sessions are dialled from here, so that two never cross. */
let onSession: ((session: unknown) => void) | undefined;
const faults: unknown[] = [];
const now = Date.now();
const dialogId = random(16);
const id = (bytes: Buffer) => bytes.toString('hex');

/** The side of another own device towards the pocket; without keys, of the first one. */
function sideOf(device?: typeof attic): Own {
  const own = asDevice(vera, device);
  const port = Number(pocket.listening[0]?.split(':').at(-1));
  return new Sibling(own, { addresses: [{ host: '127.0.0.1', port }], credential: letInDevice.credential }, new SharedKeys(own));
}
/** The first device's, which tells. */
function tells(): Own {
  const sibling = sideOf();
  sibling.log = teller;
  return sibling;
}

beforeAll(async () => {
  vera = new Person({ name: 'Vera', key: keyOf(0), now });
  carol = new Peer(new Person({ name: 'Carol', key: keyOf(1), now }));
  await carol.listen();
  const [signingSeed, kemSecret] = [random(32), random(32)];
  const [signingKey, kemKey] = [edPublic(signingSeed), kemPublic(kemSecret)];
  const credential = vera.admit({ signingKey, kemKey, counterSignature: consent(signingSeed, vera.peerId, signingKey, kemKey), deviceName: 'attic' });
  attic = { signingSeed, signingKey, kemSecret, kemKey, credential };
  pocket = await HeadlessPeer.start(`${folder.path}/pocket`, { listen: '127.0.0.1:0' });
  let link: ReturnType<typeof deviceLink> | undefined;
  const isIn = new Promise<Awaited<ReturnType<typeof letIn>>>((resolve, reject) => {
    const onWire = async (wire: Wire) => {
      const first = await wire.next();
      if (first?.[0] === TYPES.channelOpen) {
        const compare = async (digits: string) => {
          await pocket.until('digits', async () => (await pocket.call('devices.linking')).digits === digits);
          await pocket.call('devices.confirm', { same: true });
          return true;
        };
        resolve(await letIn(vera, wire, first, { secret: link?.secret ?? Buffer.alloc(16), addresses: [address], compare, siblings: [{ credential, addresses: [] }] }));
      } else if (first && onSession) {
        const give = onSession;
        onSession = undefined;
        give(await answerSibling(vera, wire, first));
      } else wire.close();
    };
    void live.listen((wire: Wire) => void onWire(wire).catch((error: unknown) => (faults.push(error), reject(error)))).then((one: { address: typeof address; close: () => void }) => {
      ({ address } = one);
      server = one;
      link = deviceLink(vera, [address]);
      return pocket.call('devices.join', { link: link.text, passphrase, name: 'pocket' });
    }).catch(reject);
  });
  const first = new Promise<unknown>((resolve) => (onSession = resolve));
  letInDevice = await isIn;
  teller = new Teller(vera);
  const ofCarol = carol.person.chain;
  const [person, talk] = [ofCarol.peerId, `${ofCarol.peerId}/${id(dialogId)}`];
  teller.say('person', person, value.person({ name: 'Carol', createdAt: now - 9_000 }));
  teller.say('pin', person, value.pin(ofCarol, { addresses: carol.addresses, since: now - 9_000 }));
  teller.say('alias', person, value.alias('Caro'));
  teller.say('conversation', talk, value.conversation('Of old', now - 8_000));
  teller.say('dialog', talk, value.dialog({ isOwn: true, createdAt: now - 8_000 }));
  for (const [at, isOut, text] of [[1, true, 'Are you there?'], [2, true, 'I am']] as const) teller.say('message', `${talk}/${id(vera.instanceId)}/${at + 1}`, value.message({ isOut, text, sentAt: now - 7_000 + at, shown: (now - 7_000 + at) * 4096 }));
  teller.say('message', `${talk}/${id(carol.person.instanceId)}/1`, value.message({ isOut: false, text: 'So am I', sentAt: now - 6_000, shown: (now - 6_000) * 4096 }));
  teller.say('shelf', `${talk}/pinned`, value.pinned(true));
  teller.say('setting', 'person', value.setting({ readReceipts: false, rotateIdentityDays: 30, later: [1, { of: 'a later version' }] }));
  teller.say('kind-of-later', 'some/key', random(40));
  carol.knows(vera.chain);
  told = tells();
  told.use(await first);
}, 60_000);
afterAll(async () => {
  told?.session.close();
  carol?.close();
  server?.close();
  await pocket?.end();
  folder.release();
});

describe('a device that was let in by one written from the document', () => {
  it('S4-12 S4-32: is one of this person, hears everything once, and shows it', async () => {
    expect(faults).toEqual([]);
    await told.until(() => teller.isHeard);
    const devices = await pocket.call('devices.list');
    expect(devices.map(({ name, state, current }) => [name, state, current])).toEqual([['pocket', 'active', true], ['attic', 'active', false], ['second', 'active', false]]);
    await pocket.until('the person', async () => (await pocket.call('contacts.list')).length === 1);
    expect((await pocket.call('contacts.list'))[0]).toMatchObject({ name: 'Caro', pending: false, keyEpoch: 1 });
    await pocket.until('the conversation', async () => (await pocket.call('conversations.list')).length === 1);
    const [conversation] = await pocket.call('conversations.list');
    expect(conversation).toMatchObject({ title: 'Of old', pinned: true });
    const all = await pocket.call('messages.list', { conversationId: conversation?.conversationId ?? '' });
    expect(all.map(({ direction, text }) => [direction, text])).toEqual([['out', 'Are you there?'], ['out', 'I am'], ['in', 'So am I']]);
    expect(await pocket.call('settings.get')).toMatchObject({ readReceipts: false, rotateIdentityDays: 30 });
  });

  it('S4-12 S1-27: talks to whom the log names, under the same person, and tells what came of it', async () => {
    const session = await carol.dialledAfter(0);
    expect(id(session.chain.instanceId)).toBe(id(letInDevice.instanceId));
    const [conversation] = await pocket.call('conversations.list');
    await pocket.call('messages.send', { conversationId: conversation?.conversationId ?? '', text: 'from the pocket' });
    await carol.heard('from the pocket');
    await told.until(() => teller.taken.some(({ facts }: { facts: { kind: string; value: Buffer }[] }) => facts.some(({ kind, value: bytes }) => kind === 'message' && bytes.includes('from the pocket'))));
    // What it says was signed by it, and nobody else's facts come back to who said them.
    expect(new Set(teller.taken.map(({ author }: { author: Buffer }) => id(author)))).toEqual(new Set([id(letInDevice.instanceId)]));
  });

  it('S4-32: a later fact takes the place of an earlier one, whoever says it, and one of a kind of later is kept and passed on as it was', async () => {
    teller.say('alias', carol.person.chain.peerId, value.alias('Carola'));
    told.tell(teller.batch(teller.facts.length - 1));
    await pocket.until('renamed', async () => (await pocket.call('contacts.list'))[0]?.name === 'Carola');
    // Another device has heard nothing, and hears by the pocket what the first one said.
    const hears = sideOf(attic);
    await hears.meet();
    const later = () => hears.log.facts.find(({ kind }: { kind: string }) => kind === 'kind-of-later');
    await hears.until(later);
    expect(later()).toEqual(teller.facts.find(({ kind }: { kind: string }) => kind === 'kind-of-later'));
    hears.session.close();

    // Of two authors the later stamp counts, whoever is heard last; of equal ones the greater author.
    const says = sideOf(attic);
    const log = new Teller({ peerId: vera.peerId, signingSeed: attic.signingSeed, signingKey: attic.signingKey });
    says.log = log;
    await says.meet();
    const peer = carol.person.chain.peerId;
    const saysAt = async (stamp: number, name: string) => {
      log.stamp = stamp - 1;
      log.say('alias', peer, value.alias(name));
      says.tell(log.batch(log.facts.length - 1));
      await says.until(() => log.isHeard);
      return (await pocket.call('contacts.list'))[0]?.name;
    };
    const { stamp } = teller.facts.at(-1) ?? { stamp: 0 };
    expect(await saysAt(stamp - 1, 'Earlier')).toBe('Carola');
    expect(await saysAt(stamp, 'At once')).toBe(Buffer.compare(log.author, teller.author) > 0 ? 'At once' : 'Carola');
    expect(await saysAt(stamp + 1, 'Later')).toBe('Later');
    // Of one author a higher number takes the place of a lower one, whatever the stamps say.
    expect(await saysAt(stamp - 9, 'By number')).toBe('By number');
    says.session.close();
  });

  it('S4-12: what no author signed, is out of order or laid out otherwise ends the session, and nothing of its batch is kept', async () => {
    const peer = carol.person.chain.peerId;
    const before = teller.facts.length;
    const good = () => {
      teller.facts.length = before;
      teller.say('alias', peer, value.alias('Spoiled'));
      teller.say('alias', peer, value.alias('Spoiled, too'));
      return teller.facts.slice(before);
    };
    const signed = (one: Record<string, unknown>) => ({ ...one, signature: signFact(vera.signingSeed, vera.peerId, vera.signingKey, one) });
    const cases: readonly (readonly [string, () => Buffer])[] = [
      ['a signature of another', () => teller.batch(before, { facts: good().map((one, at) => (at ? { ...one, signature: random(64) } : one)) })],
      ['a changed value', () => teller.batch(before, { facts: good().map((one, at) => (at ? { ...one, value: value.alias('Another') } : one)) })],
      ['numbers that do not ascend', () => teller.batch(before, { facts: good().toReversed() })],
      ['upTo below the last', () => teller.batch(before, { facts: good(), upTo: before + 1 })],
      ['a number above 2^52', () => teller.batch(before, { facts: good().map((one, at) => (at ? signed({ ...one, number: 2 ** 52 + 1 }) : one)), upTo: 2 ** 52 + 1 })],
      ['a stamp beyond all', () => teller.batch(before, { facts: good().map((one, at) => (at ? signed({ ...one, stamp: 2 ** 53 - 2 ** 32 + 1 }) : one)) })],
      ['a kind with a space', () => teller.batch(before, { facts: good().map((one, at) => (at ? signed({ ...one, kind: 'a kind' }) : one)) })],
      ['a kind of 25 letters', () => teller.batch(before, { facts: good().map((one, at) => (at ? signed({ ...one, kind: 'k'.repeat(25) }) : one)) })],
      ['a key of 241 bytes', () => teller.batch(before, { facts: good().map((one, at) => (at ? signed({ ...one, kind: 'later', key: 'k'.repeat(241) }) : one)) })],
      ['a value of another layout', () => teller.batch(before, { facts: good().map((one, at) => (at ? signed({ ...one, value: cat(value.alias('x'), u8(0)) }) : one)) })],
      ['a key of another form', () => teller.batch(before, { facts: good().map((one, at) => (at ? signed({ ...one, key: `${peer}/` }) : one)) })],
      ['a byte behind', () => cat(teller.batch(before, { facts: good() }), u8(0))],
      ['a vector out of order', () => cat(u8(3), Buffer.of(0, 2), Buffer.alloc(16, 9), Buffer.alloc(8), Buffer.alloc(16, 8), Buffer.alloc(8))],
    ];
    for (const [name, make] of cases) {
      const bytes = make();
      teller.facts.length = before;
      told.tell(bytes);
      await told.ended();
      expect([name, told.session.isOver, (await pocket.call('contacts.list'))[0]?.name]).toEqual([name, true, 'By number']);
      told = tells();
      await told.meet();
      await told.heardOut();
    }
    // Words and topics of a later version, and bits of `have`, are passed over.
    teller.bits = 1 | 8 | 128;
    told.tell(cat(u8(77), random(30)));
    told.tell(teller.have());
    told.session.send({ type: 9, body: cat(u8(200), random(30)) });
    await told.heardOut();
    expect(told.session.isOver).toBe(false);
  });
});

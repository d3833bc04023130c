import { beforeAll, describe, expect, it } from 'vitest';
import { type Chain, encodeChain } from '../../../../electron/engine/certificates/chain';
import { issueExchangeCredential } from '../../../../electron/engine/certificates/credential';
import { createIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import { issueInstanceList, type ListedInstance } from '../../../../electron/engine/certificates/instance-list';
import { defaultSettings, settings } from '../../../../shared/model/settings';
import { Secret } from '../../../../electron/engine/crypto/secret';
import { purposes } from '../../../../electron/engine/crypto/purpose';
import { openFrom, sealTo } from '../../../../electron/engine/crypto/sealed-envelope';
import { kekBytes, wrapKek } from '../../../../electron/engine/exchange/kek-wrap';
import { encodeHandshakeFrame, modes } from '../../../../electron/engine/session/handshake-message';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { dialler, envelopeOf, type ForgedM1, type ForgedM2, forgeM1 as forgeM1Of, forgeM2, listener, lowOrder, newParty, openM1, type Party, Side, signPart, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;
let carol: Party;

beforeAll(async () => {
  [alice, bob, carol] = await Promise.all([newParty('Alice'), newParty('Bob'), newParty('Carol')]);
}, 60_000);

describe('what the listener refuses', () => {
  const refusal = (side: Side): readonly [string, string] => [side.result, side.state.phase === 'failed' ? side.state.answer : ''];

  it('A41: strangers and blocked people get the same answer as an unknown key: retry, and never M2', () => {
    const m1 = dialler(alice, targetOf(bob), [bob]).next();
    const stranger = listener(bob, []).receive(m1);
    const blocked = listener(bob, [{ party: alice, pin: { blocked: true } }]).receive(m1);
    const unknown = listener(carol, [alice]).receive(m1);
    expect(refusal(stranger)).toEqual(['not-a-contact', 'retry']);
    expect(refusal(blocked)).toEqual(['blocked', 'retry']);
    expect(refusal(unknown)).toEqual(['unknown-selector', 'retry']);
    for (const side of [stranger, blocked, unknown]) expect(side.out).toEqual([]);
  });

  it('A41 A71: a key that its owner took out of use by the recovery key is answered as somebody who is blocked, also while it is the pinned one still', () => {
    const m1 = dialler(alice, targetOf(bob), [bob]).next();
    const later = { successor: carol.local.identity.spkiHash };
    const overtaken = listener(bob, [{ party: alice, pin: { ...later, overtaken: true } }]).receive(m1);
    expect([refusal(overtaken), overtaken.out]).toEqual([['blocked', 'retry'], []]);
    // Renewed, and not recovered: both keys are the owner's.
    expect(listener(bob, [{ party: alice, pin: later }]).receive(m1).out).not.toEqual([]);
  });

  it('S3-32: an M1 for another key costs no decapsulation, a stranger’s one and no more', () => {
    const m1 = dialler(alice, targetOf(bob), [bob]).next();
    const before = carol.crypto.meter.read();
    listener(carol, [alice]).receive(m1);
    expect(carol.crypto.meter.read()).toEqual(before);
    const bobBefore = bob.crypto.meter.read();
    listener(bob, []).receive(m1);
    const after = bob.crypto.meter.read();
    expect([after.kemDecaps - bobBefore.kemDecaps, after.kemEncaps - bobBefore.kemEncaps, after.dh - bobBefore.dh]).toEqual([1, 0, 0]);
  });

  it('S3-32: without budget nothing is decapsulated and nothing said', () => {
    const m1 = dialler(alice, targetOf(bob), [bob]).next();
    const before = bob.crypto.meter.read().kemDecaps;
    const side = listener(bob, [alice], { mayDecapsulate: () => false }).receive(m1);
    expect(refusal(side)).toEqual(['busy', 'none']);
    expect(bob.crypto.meter.read().kemDecaps).toBe(before);
  });

  it('A42: a replayed M1 is known again before the decapsulation; where it is not, it still yields no session', () => {
    const { dialler: a, listener: b } = { dialler: dialler(alice, targetOf(bob), [bob]), listener: listener(bob, [alice]) };
    const m1 = a.next();
    b.receive(m1);
    a.receive(b.next());
    const m3 = a.next();
    const before = bob.crypto.meter.read().kemDecaps;
    const known = listener(bob, [alice], { isReplay: (hash) => Buffer.compare(hash, bob.crypto.sha256(m1)) === 0 }).receive(m1);
    expect(refusal(known)).toEqual(['replayed', 'none']);
    expect(bob.crypto.meter.read().kemDecaps).toBe(before);
    const forgetful = listener(bob, [alice]).receive(m1);
    expect(forgetful.result).toBe('awaiting-confirm');
    expect(forgetful.receive(m3).result).toBe('confirmation');
  });

  it('A43 S3-29: this very device is no peer', () => {
    const m1 = dialler(bob, targetOf(bob), [bob]).next();
    expect(refusal(listener(bob, [bob]).receive(m1))).toEqual(['own-instance', 'none']);
  });

  it('A44 S3-29: a contact who seals Alice’s M1 anew for Bob gets no session with him in her name, and with his M2, sealed anew for her, none in his', () => {
    const toMallory = dialler(alice, targetOf(carol), [carol]).next();
    const opened = openFrom(carol.crypto, 'm1-content', carol.local.exchange.current.kem, envelopeOf(toMallory));
    if (!opened) return expect.unreachable();
    const { hash, kemKey } = bob.local.exchange.current.credential;
    const resealed = sealTo(carol.crypto, 'm1-content', kemKey, opened.contentKey, () => opened.payload);
    const side = listener(bob, [alice, carol]).receive(encodeHandshakeFrame(carol.crypto, frameTypes.m1, hash, resealed));
    expect(refusal(side)).toEqual(['signature', 'none']);
    expect(side.out).toEqual([]);
    // Nor has Alice one with him: what Bob answers Carol's own M1 with, sealed anew for Alice, is not of whom she dialled.
    const asked = dialler(carol, targetOf(bob), [bob]).next();
    const answered = openFrom(carol.crypto, 'm2-content', carol.local.exchange.current.kem, envelopeOf(listener(bob, [carol]).receive(asked).next()));
    if (!answered) return expect.unreachable();
    const toAlice = alice.local.exchange.current.credential;
    for (const sn of [answered.contentKey, carol.crypto.randomSecret('content', 32)]) {
      const m2 = encodeHandshakeFrame(carol.crypto, frameTypes.m2, toAlice.hash, sealTo(carol.crypto, 'm2-content', toAlice.kemKey, sn, () => answered.payload));
      for (const [target, reason] of [[targetOf(carol), 'other-identity'], [targetOf(bob), 'nonce-copy']] as const) {
        const a = dialler(alice, target, [bob, carol]);
        a.next();
        expect([a.receive(m2).result, a.out]).toEqual([reason, []]);
      }
    }
  });

  it('S3-18 A08: nothing that is sealed for another purpose is an M1 or an M2: no envelope, and no key exchange key in the place of the nonce', () => {
    const there = bob.local.exchange.current.credential;
    const here = alice.local.exchange.current.credential;
    const body = (): Uint8Array => new Uint8Array(4_000);
    const content = (): Secret<'content'> => alice.crypto.randomSecret('content', 32);
    const offered = (type: typeof frameTypes.m1 | typeof frameTypes.m2, seal: (to: Uint8Array) => Uint8Array): string => {
      if (type === frameTypes.m1) return listener(bob, [alice]).receive(encodeHandshakeFrame(alice.crypto, type, there.hash, seal(there.kemKey))).result;
      return dialler(alice, targetOf(bob), [bob]).receive(encodeHandshakeFrame(bob.crypto, type, here.hash, seal(here.kemKey))).result;
    };
    for (const [type, own] of [[frameTypes.m1, 'm1-content'], [frameTypes.m2, 'm2-content']] as const) {
      for (const purpose of purposes) {
        // Sealed for what it is, it is opened, and then it is no body.
        expect([purpose, offered(type, (to) => sealTo(alice.crypto, purpose, to, content(), body))]).toEqual([purpose, purpose === own ? 'malformed' : 'envelope']);
      }
      // A block of headers gives its recipient a key in the very same place: KEM ciphertext ‖ 32 bytes sealed.
      const wrapped = (to: Uint8Array): Uint8Array => wrapKek(alice.crypto, to, new Uint8Array(0), alice.crypto.secret('kek', alice.crypto.random(kekBytes))) ?? new Uint8Array(0);
      expect(offered(type, (to) => Buffer.concat([wrapped(to), body()]))).toBe('envelope');
    }
  });

  it('A49 S3-01: CN all zero, or too short to be one, ends it without an answer', () => {
    const { hash, kemKey } = bob.local.exchange.current.credential;
    const zero = alice.crypto.secret('content', new Uint8Array(32));
    const envelope = sealTo(alice.crypto, 'm1-content', kemKey, zero, () => new Uint8Array(100));
    expect(refusal(listener(bob, [alice]).receive(encodeHandshakeFrame(alice.crypto, frameTypes.m1, hash, envelope)))).toEqual(['nonce', 'none']);
    for (const length of [0, 1, 8, 9, 1_000, 1_128, 1_129 + 31 + 16]) {
      const short = new Uint8Array(length);
      short[0] = 1;
      expect(refusal(listener(bob, [alice]).receive(encodeFrame(frameTypes.m1, short))), `${length} bytes`).toEqual(['malformed', 'none']);
    }
  });

  it('S3-13 S3-14: a nonce of any length but 32, legal in the text or not, opens no envelope: no answer', () => {
    const { hash, kemKey } = bob.local.exchange.current.credential;
    for (const length of [8, 10, 16, 20, 24, 64, 96, 128]) {
      const nonce = new Secret('content', alice.crypto.random(length));
      const m1 = encodeHandshakeFrame(alice.crypto, frameTypes.m1, hash, sealTo(alice.crypto, 'm1-content', kemKey, nonce, () => new Uint8Array(6_000)));
      const there = listener(bob, [alice]).receive(m1);
      expect([refusal(there), there.out], `${length} bytes`).toEqual([['envelope', 'none'], []]);
      const a = dialler(alice, targetOf(bob), [bob]);
      a.next();
      const own = alice.local.exchange.current.credential;
      const sn = new Secret('content', alice.crypto.random(length));
      expect(a.receive(encodeHandshakeFrame(alice.crypto, frameTypes.m2, own.hash, sealTo(alice.crypto, 'm2-content', own.kemKey, sn, () => new Uint8Array(6_000)))).result).toBe('envelope');
    }
  });

  it('S3-21: no other mode exists: confirming by one nonce encrypted under the other is not offered, to nobody, by no setting', () => {
    for (let mode = 0; mode < 256; mode += 1) {
      if (mode === 1 || mode === 2) continue;
      const bytes = dialler(alice, targetOf(bob), [bob]).next();
      bytes[7] = mode;
      expect(refusal(listener(bob, [alice]).receive(bytes))).toEqual(['malformed', 'none']);
    }
    expect(Object.keys(modes)).toEqual(['full', 'resume']);
    for (const name of ['confirm', 'confirmation', 'cipher', 'handshake', 'mode', 'suite']) expect(settings.safeParse({ ...defaultSettings, [name]: '3des' }).success).toBe(false);
  });

  it('A49: shares of low order, for contacts and with a valid signature, too', () => {
    for (const share of lowOrder) {
      const side = listener(bob, [alice]).receive(forgeM1({ share }));
      expect(refusal(side)).toEqual(['share', 'none']);
      expect(side.out).toEqual([]);
    }
    expect(refusal(listener(bob, [alice]).receive(forgeM1({ share: bob.semiStatic.part.share })))).toEqual(['share', 'none']);
  });

  it('A50: M1 from a far other time, and one that names an older list than it shows', () => {
    const day = 24 * 3_600_000;
    const late = listener(bob, [alice]);
    late.now = testNow + day + 1;
    expect(refusal(late.receive(dialler(alice, targetOf(bob), [bob]).next()))).toEqual(['time', 'retry']);
    const right = listener(bob, [alice]);
    right.now = testNow + day;
    expect(right.receive(dialler(alice, targetOf(bob), [bob]).next()).result).toBe('awaiting-confirm');
    expect(refusal(listener(bob, [alice]).receive(forgeM1({ listVersion: alice.local.list.version + 1 })))).toEqual(['list-version', 'retry']);
  });

  it('A46: the same peer id under another key than the pinned one: a key mismatch, told to us and not to them', () => {
    const pin = { spkiHash: carol.local.identity.spkiHash };
    const side = listener(bob, [{ party: alice, pin }]).receive(dialler(alice, targetOf(bob), [bob]).next());
    expect(refusal(side)).toEqual(['contact.key-mismatch', 'retry']);
    expect(side.state.phase === 'failed' && side.state.shown?.identity.peerId).toBe(alice.local.peerId);
    const forged = listener(bob, [{ party: alice, pin }]).receive(forgeM1({ signature: new Uint8Array(64) }));
    expect(refusal(forged)).toEqual(['chain', 'retry']);
  });

  it('S3-15: a signature by anybody else, and a chain that is none', () => {
    expect(refusal(listener(bob, [alice]).receive(forgeM1({ signature: new Uint8Array(64) })))).toEqual(['signature', 'none']);
    expect(refusal(listener(bob, [alice]).receive(forgeM1({ chain: new Uint8Array(50) })))).toEqual(['chain', 'retry']);
  });

  it('S3-11: the wrong frame first', () => {
    const record = encodeFrame(frameTypes.record, new Uint8Array(64));
    expect(refusal(listener(bob, [alice]).receive(record))).toEqual(['unexpected-frame', 'none']);
  });

  const forgeM1 = (changes: ForgedM1): Uint8Array => forgeM1Of(alice, bob, changes);
});

describe('what the dialler refuses', () => {
  /** Alice dials Bob, and what answers is `m2`. */
  const answered = (m2: (m1: Uint8Array) => Uint8Array, contacts = [bob, carol]): Side => {
    const a = dialler(alice, targetOf(bob), contacts);
    return a.receive(m2(a.next()));
  };
  const forged = (changes: ForgedM2): string => answered((m1) => forgeM2(bob, m1, changes)).result;

  it('S3-02: the forging itself is accepted where it changes nothing', () => {
    expect(forged({})).toBe('awaiting-confirm');
  });

  it('S3-02: a wrong copy of CN, and CN itself in its place', () => {
    expect(forged({ nonceCopy: new Uint8Array(32) })).toBe('nonce-copy');
    const own = answered((m1) => forgeM2(bob, m1, { nonceCopy: Uint8Array.from(openM1(bob, m1).cn.bytes) }));
    expect(own.result).toBe('nonce-copy');
  });

  it('A49: SN all zero, and SN = CN', () => {
    expect(forged({ sn: new Uint8Array(32) })).toBe('nonce');
    expect(forged({ sn: 'cn' })).toBe('nonce');
  });

  it('A49: shares of low order, and its own share reflected, in either place', () => {
    for (const share of lowOrder) {
      expect(forged({ share })).toBe('share');
      expect(forged({ part: { share } })).toBe('share');
    }
    expect(forged({ share: 'reflected' })).toBe('share');
    expect(forged({ part: 'reflected' })).toBe('share');
  });

  it('A50 S3-19: a reusable part that is over, too long, not yet, or not this instance’s', () => {
    const hour = 3_600_000;
    const { notBefore } = bob.semiStatic.part;
    expect(forged({ part: { notBefore: notBefore - 48 * hour, notAfter: notBefore - 24 * hour } })).toBe('static-part');
    expect(forged({ part: { notAfter: notBefore + 24 * hour + 1 } })).toBe('static-part');
    expect(forged({ part: { notBefore: notBefore + 13 * hour, notAfter: notBefore + 14 * hour } })).toBe('static-part');
    expect(forged({ signature: new Uint8Array(64) })).toBe('static-part');
    expect(forged({ part: carol.semiStatic.part, signature: carol.semiStatic.signature })).toBe('static-part');
    expect(forged({ part: carol.semiStatic.part, signature: signPart(carol, carol.semiStatic.part) })).toBe('static-part');
    expect(forged({ part: {} })).toBe('awaiting-confirm');
  });

  it('A45: another valid contact answers', () => {
    // Carol's own key under Bob's name: the dialler was given the wrong credential.
    const a = dialler(alice, { ...targetOf(bob), exchange: targetOf(carol).exchange }, [bob, carol]);
    const m1 = a.next();
    expect(listener(carol, [alice]).receive(m1).result).toBe('signature');
    expect(a.receive(forgeM2(carol, m1)).result).toBe('other-identity');
  });

  it('A46: the person dialled answers under another key than the pinned one', () => {
    const target = { ...targetOf(bob), pinnedSpkiHash: carol.local.identity.spkiHash };
    const a = dialler(alice, target, [bob]);
    a.receive(listener(bob, [alice]).receive(a.next()).next());
    expect(a.result).toBe('contact.key-mismatch');
    expect(a.state.phase === 'failed' && a.state.shown?.identity.peerId).toBe(bob.local.peerId);
    const cheat = dialler(alice, target, [bob]);
    cheat.receive(forgeM2(bob, cheat.next(), { signature: new Uint8Array(64) }));
    expect(cheat.result).toBe('chain');
  });

  it('A43 S3-03: its own M1, reflected as it is or dressed as M2', () => {
    expect(answered((m1) => m1).result).toBe('unexpected-frame');
    expect(answered((m1) => Uint8Array.of(frameTypes.m2, ...m1.subarray(1))).result).toBe('unknown-selector');
    // M1 of somebody who dials Alice, with the selector that fits: the label of the envelope still tells M1 from M2.
    const toAlice = dialler(bob, targetOf(alice), [alice]).next();
    expect(answered(() => Uint8Array.of(frameTypes.m2, ...toAlice.subarray(1))).result).toBe('envelope');
  });

  it('A47: the uniform retry frame ends the attempt', () => {
    expect(answered(() => encodeFrame(frameTypes.retry, new Uint8Array(0))).result).toBe('retry-asked');
  });

  it('S3-23: M2 of another session of the same two', () => {
    const other = dialler(alice, targetOf(bob), [bob]).next();
    const m2 = listener(bob, [alice]).receive(other).next();
    expect(answered(() => m2).result).toBe('nonce-copy');
  });

  it('A43: its own device answering', () => {
    const a = dialler(alice, { ...targetOf(alice), peerId: bob.local.peerId }, [bob]);
    expect(a.receive(forgeM2(alice, a.next())).result).toBe('own-instance');
  });
});

describe('certificates of either side', () => {
  const day = 86_400_000;

  /** Chains of one person with one thing that ended, was revoked, or is another's, and what they are refused as. */
  async function chainsOf({ name, crypto, local }: Party): Promise<readonly (readonly [string, Chain, string])[]> {
    const { chain, identity, list } = local;
    const identityKey = local.certifierKey();
    // Beside another one, as somebody has to sign for the person.
    const other: ListedInstance = { instanceId: carol.local.instanceId, credentialHash: new Uint8Array(32), roles: ['certifier', 'exchange'], state: 'active' };
    const listed = (change: Partial<ListedInstance>) => issueInstanceList(crypto, { identity, identityKey, version: list.version, issuedAt: testNow, instances: list.instances.map((each) => ({ ...each, ...change })).concat(change.state === 'retired' ? other : []) });
    // The exchange key stays: it is what M2 is sealed to.
    const exchangeUntil = (notAfter: number) => issueExchangeCredential(crypto, { identity, issuedBy: { identityKey }, kemKey: chain.exchange.kemKey, minListVersion: 1, notBefore: notAfter - 7 * day, notAfter });
    const identityUntil = (notAfter: number) => createIdentityCertificate(crypto, { name, keyPair: { privateKey: identityKey, spki: identity.spki }, epoch: 1, notBefore: notAfter - 90 * day, notAfter });
    return [
      ['as it should be', { ...chain, list: await listed({}) }, 'awaiting-confirm'],
      ['an exchange key that ended 30 days ago', { ...chain, exchange: await exchangeUntil(testNow - 30 * day) }, 'awaiting-confirm'],
      ['an exchange key that ended a millisecond earlier', { ...chain, exchange: await exchangeUntil(testNow - 30 * day - 1) }, 'chain'],
      ['an identity certificate that ended a millisecond earlier', { ...chain, identity: await identityUntil(testNow - 30 * day - 1) }, 'lapsed'],
      ['a retired device', { ...chain, list: await listed({ state: 'retired' }) }, 'chain'],
      ['a suspended device', { ...chain, list: await listed({ state: 'suspended' }) }, 'chain'],
      ['a device that is not on its list', { ...chain, list: await listed({ credentialHash: new Uint8Array(32) }) }, 'chain'],
      ['a list of somebody else', { ...chain, list: carol.local.list }, 'chain'],
      ['an exchange key of somebody else', { ...chain, exchange: carol.local.exchange.current.credential }, 'chain'],
    ];
  }

  it('S3-15: M1 with a certificate that ended, was revoked, or is another’s gets no M2, whoever signed the rest', async () => {
    for (const [what, chain, result] of await chainsOf(alice)) {
      const side = listener(bob, [alice, carol]).receive(forgeM1Of(alice, bob, { chain: encodeChain(chain), listVersion: chain.list.version }));
      expect([what, side.result, side.out.length, side.state.phase === 'failed' && side.state.answer]).toEqual([what, result, result === 'awaiting-confirm' ? 2 : 0, result === 'awaiting-confirm' ? false : 'retry']);
      // Nor does it show later who was refused: only another key than the pinned one does.
      expect([what, side.state.phase === 'failed' ? side.state.secret : undefined]).toEqual([what, undefined]);
    }
  });

  it('S3-15: M2 with such a certificate gets no M3, and whoever dialled says nothing', async () => {
    for (const [what, chain, result] of await chainsOf(bob)) {
      const a = dialler(alice, targetOf(bob), [bob, carol]);
      a.receive(forgeM2(bob, a.next(), { chain: encodeChain(chain) }));
      expect([what, a.result, a.out.length, a.state.phase === 'failed' && a.state.answer]).toEqual([what, result, result === 'awaiting-confirm' ? 1 : 0, result === 'awaiting-confirm' ? false : 'none']);
    }
  });
});

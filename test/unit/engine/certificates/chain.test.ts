import { beforeAll, describe, expect, it } from 'vitest';
import { type Chain, type ChainExpectation, encodeChain, maxChainBytes, parseChain, VerifiedCache, verifyChain } from '../../../../electron/engine/certificates/chain';
import { issueExchangeCredential, issueInstanceCredential } from '../../../../electron/engine/certificates/credential';
import { createIdentityCertificate } from '../../../../electron/engine/certificates/identity-certificate';
import { issueInstanceList, type ListedInstance } from '../../../../electron/engine/certificates/instance-list';
import type { Crypto, KeyPair, RsaKeyPair } from '../../../../electron/engine/crypto/crypto';
import { concat, lp } from '../../../../electron/engine/wire/writer';
import * as twin from '../../../reference/identity-twin';
import { forgedLink } from '../../../support/forged-links';
import { codeOf, day, flipBit, localPerson, type LocalPerson, now, realCrypto } from '../../../support/foundation-kit';

let crypto: Crypto;
let ann: LocalPerson;
let bob: LocalPerson;
beforeAll(async () => {
  crypto = await realCrypto();
  [ann, bob] = [await localPerson(crypto, 'Ann'), await localPerson(crypto, 'Bob')];
});

const verdict = (chain: Chain, expected: Partial<ChainExpectation> = {}) => codeOf(() => verifyChain(crypto, chain, { now, ...expected }));

interface Sibling {
  readonly chain: Chain;
  readonly signing: KeyPair<'instance-signing'>;
}

/** Another device of Ann, on a new list, as the parts say. */
async function sibling(change: { state?: ListedInstance['state']; listed?: Partial<ListedInstance>; roles?: ListedInstance['roles']; minListVersion?: number; issuer?: boolean } = {}): Promise<Sibling> {
  const { identity, instance: first, list: old } = ann.local;
  const identityKey = ann.local.certifierKey();
  const signing = crypto.generateSigning();
  const span = { notBefore: now, notAfter: now + 365 * day };
  const instance = await issueInstanceCredential(crypto, {
    identity, identityKey, signing, kemKey: crypto.generateKem('instance-kem').publicKey, deviceName: 'phone', roles: change.roles ?? [], minListVersion: change.minListVersion ?? 2, ...span,
  });
  const added: ListedInstance = { instanceId: instance.instanceId, credentialHash: instance.hash, roles: change.roles ?? [], state: change.state ?? 'active', ...change.listed };
  const list = await issueInstanceList(crypto, { identity, identityKey, version: 2, issuedAt: now, instances: [...old.instances, added] });
  const exchange = change.issuer
    ? await issueExchangeCredential(crypto, { identity, issuedBy: { instanceId: ann.local.instanceId, signing: first.signing }, kemKey: crypto.generateKem('exchange-kem').publicKey, minListVersion: 1, notBefore: now, notAfter: now + 7 * day })
    : ann.local.exchange.current.credential;
  return { signing, chain: { identity, list, instance, exchange, ...(change.issuer && { issuer: first.credential }) } };
}

describe('chain bytes', () => {
  it('come back the same, well below the cap', () => {
    const bytes = encodeChain(ann.local.chain);
    expect(bytes.length).toBeLessThan(6 * 1024);
    expect(encodeChain(parseChain(crypto, bytes))).toEqual(bytes);
  });

  it('A03: truncated, longer, empty, too large, or with a part that is none, is refused', () => {
    const bytes = encodeChain(ann.local.chain);
    for (let length = 0; length < bytes.length; length += 7) expect(codeOf(() => parseChain(crypto, bytes.subarray(0, length)))).toBe('key.unacceptable');
    expect(codeOf(() => parseChain(crypto, concat(bytes, new Uint8Array(1))))).toBe('key.unacceptable');
    expect(codeOf(() => parseChain(crypto, new Uint8Array(maxChainBytes + 1)))).toBe('key.unacceptable');
    const { identity, list, instance, exchange } = ann.local.chain;
    const shuffled = concat(lp(identity.der), lp(instance.bytes), lp(list.bytes), lp(exchange.bytes), lp(new Uint8Array(0)));
    expect(codeOf(() => parseChain(crypto, shuffled))).toBe('key.unacceptable');
  });

  it('a malformed part costs no signature check', async () => {
    const fresh = await realCrypto();
    const { identity, list, instance } = ann.local.chain;
    const bytes = concat(lp(identity.der), lp(list.bytes), lp(instance.bytes), lp(new Uint8Array(9)), lp(new Uint8Array(0)));
    expect(codeOf(() => parseChain(fresh, bytes))).toBe('key.unacceptable');
    expect(fresh.meter.read()).toMatchObject({ rsaVerify: 0, verify: 0 });
  });
});

describe('a chain is good', () => {
  it('S3-15: for the person and key expected', () => {
    const { peerId, identity, chain } = ann.local;
    expect(verdict(chain)).toBeUndefined();
    expect(verdict(chain, { expectedPeerId: peerId, pinnedSpkiHash: identity.spkiHash })).toBeUndefined();
  });

  it('for a second device, and with an exchange key issued by a sibling', async () => {
    expect(verdict((await sibling()).chain)).toBeUndefined();
    const { chain } = await sibling({ issuer: true });
    expect(verdict(chain)).toBeUndefined();
    expect(verdict(parseChain(crypto, encodeChain(chain)))).toBeUndefined();
  });

  it('a repeat costs no signature check, and the cache is bounded', async () => {
    const fresh = await realCrypto();
    const verified = new VerifiedCache(2);
    const bytes = encodeChain(ann.local.chain);
    const run = (chain: Uint8Array) => verifyChain(fresh, parseChain(fresh, chain), { now, verified });
    run(bytes);
    expect(fresh.meter.read()).toMatchObject({ rsaVerify: 4, verify: 1 });
    fresh.meter.reset();
    run(bytes.slice());
    expect(fresh.meter.read()).toMatchObject({ rsaVerify: 0, verify: 0 });
    run(encodeChain(bob.local.chain));
    run(encodeChain((await sibling()).chain));
    fresh.meter.reset();
    run(bytes);
    expect(fresh.meter.read().verify).toBe(1);
  });

  it('the cache remembers signatures only: time and pin are judged again', () => {
    const verified = new VerifiedCache();
    const { chain } = ann.local;
    expect(verdict(chain, { verified })).toBeUndefined();
    expect(verdict(chain, { verified, now: now + 500 * day })).toBe('key.unacceptable');
    expect(verdict(chain, { verified, pinnedSpkiHash: bob.local.identity.spkiHash })).toBe('contact.key-mismatch');
    expect(verdict(chain, { verified, expectedPeerId: bob.local.peerId })).toBe('key.unacceptable');
  });

  it('the parsed form of a chain that passed is given again for its bytes, of a refused one never', () => {
    const verified = new VerifiedCache();
    const hash = crypto.sha256(encodeChain(ann.local.chain));
    let parsed = 0;
    const get = () => verified.chainOf(hash, () => ((parsed += 1), parseChain(crypto, encodeChain(ann.local.chain))));
    expect(verdict(get(), { verified, pinnedSpkiHash: bob.local.identity.spkiHash })).toBe('contact.key-mismatch');
    const first = get();
    expect(verdict(first, { verified })).toBeUndefined();
    expect(get()).toBe(first);
    expect(parsed).toBe(2);
    expect(verdict(get(), { verified, now: now + 500 * day })).toBe('key.unacceptable');
  });

  it('A57: the chain of a device that passed last is found by its very bytes, and by nothing else', async () => {
    const verified = new VerifiedCache();
    const bytes = encodeChain(ann.local.chain);
    const { instanceId } = ann.local.chain.instance;
    const take = (chain: Uint8Array) => verified.chainOf(crypto.sha256(chain), () => parseChain(crypto, chain));
    const first = take(bytes);
    expect(verified.sameOf(instanceId, bytes)).toBeUndefined();
    expect(verdict(first, { verified })).toBeUndefined();
    expect(verified.sameOf(instanceId, bytes.slice())).toBe(first);
    expect(verified.sameOf(bob.local.chain.instance.instanceId, bytes)).toBeUndefined();
    for (let at = 0; at < bytes.length; at += 1) expect(verified.sameOf(instanceId, bytes.map((byte, index) => (index === at ? byte ^ 1 : byte))), `byte ${at}`).toBeUndefined();
    for (const other of [new Uint8Array(0), bytes.subarray(0, 3), bytes.subarray(0, -1), bytes.subarray(0, -4), concat(bytes, new Uint8Array(1)), encodeChain(bob.local.chain)]) expect(verified.sameOf(instanceId, other)).toBeUndefined();
  });

  it('a refused chain is not remembered', async () => {
    const verified = new VerifiedCache();
    const bad = { ...ann.local.chain, exchange: bob.local.exchange.current.credential };
    for (let turn = 0; turn < 2; turn += 1) expect(verdict(bad, { verified })).toBe('key.unacceptable');
  });
});

describe('a chain is refused', () => {
  it('S3-15: when it is somebody else\'s', () => {
    expect(verdict(bob.local.chain, { expectedPeerId: ann.local.peerId })).toBe('key.unacceptable');
  });

  it('A46: when any part is another person\'s', () => {
    const [mine, theirs] = [ann.local.chain, bob.local.chain];
    for (const part of ['identity', 'list', 'instance', 'exchange'] as const) expect(verdict({ ...mine, [part]: theirs[part] }), part).toBe('key.unacceptable');
    expect(verdict({ ...mine, issuer: theirs.instance })).toBe('key.unacceptable');
  });

  it.each(['retired', 'suspended'] as const)('when its device is %s', async (state) => {
    expect(verdict((await sibling({ state })).chain)).toBe('key.unacceptable');
  });

  it('when the list does not name its device, names another credential of it, or gives it fewer roles', async () => {
    const added = await sibling();
    expect(verdict({ ...added.chain, list: ann.local.list })).toBe('key.unacceptable');
    expect(verdict((await sibling({ listed: { credentialHash: new Uint8Array(32) } })).chain)).toBe('key.unacceptable');
    expect(verdict((await sibling({ roles: ['exchange'], listed: { roles: [] } })).chain)).toBe('key.unacceptable');
  });

  it('when the list is older than the device or the exchange key allows', async () => {
    expect(verdict((await sibling({ minListVersion: 3 })).chain)).toBe('key.unacceptable');
    const { identity } = ann.local;
    const exchange = await issueExchangeCredential(crypto, { identity, issuedBy: { identityKey: ann.local.certifierKey() }, kemKey: crypto.generateKem('exchange-kem').publicKey, minListVersion: 2, notBefore: now, notAfter: now + day });
    expect(verdict({ ...ann.local.chain, exchange })).toBe('key.unacceptable');
  });

  it('when the exchange key was issued by a sibling that is not shown, or that lacks the role', async () => {
    const { chain } = await sibling({ issuer: true });
    const { issuer, ...without } = chain;
    expect(issuer).toBeDefined();
    expect(verdict(without)).toBe('key.unacceptable');
    const plain = await sibling();
    expect(verdict({ ...chain, issuer: plain.chain.instance })).toBe('key.unacceptable');
  });

  it('A46: when the identity did not sign the sibling that issued the exchange key, though its list names it', async () => {
    const { identity, instance, list: old } = ann.local;
    const issuedUnder = async (signer: LocalPerson): Promise<Chain> => {
      const signing = crypto.generateSigning();
      const issuer = await issueInstanceCredential(crypto, {
        identity, identityKey: signer.local.certifierKey(), signing, kemKey: crypto.generateKem('instance-kem').publicKey, deviceName: 'phone', roles: ['exchange'], minListVersion: 2, notBefore: now, notAfter: now + day,
      });
      const added: ListedInstance = { instanceId: issuer.instanceId, credentialHash: issuer.hash, roles: ['exchange'], state: 'active' };
      const list = await issueInstanceList(crypto, { identity, identityKey: ann.local.certifierKey(), version: 2, issuedAt: now, instances: [...old.instances, added] });
      const exchange = await issueExchangeCredential(crypto, { identity, issuedBy: { instanceId: issuer.instanceId, signing }, kemKey: crypto.generateKem('exchange-kem').publicKey, minListVersion: 1, notBefore: now, notAfter: now + day });
      return { identity, list, instance: instance.credential, exchange, issuer };
    };
    expect(verdict(await issuedUnder(ann))).toBeUndefined();
    expect(verdict(await issuedUnder(bob))).toBe('key.unacceptable');
  });

  it('after 30 days past any date, and 30 days before it begins', () => {
    const { chain } = ann.local;
    expect(verdict(chain, { now: now + 37 * day })).toBeUndefined();
    expect(verdict(chain, { now: now + 37 * day + 1 })).toBe('key.unacceptable');
    expect(verdict(chain, { now: now - 30 * day })).toBeUndefined();
    expect(verdict(chain, { now: now - 30 * day - 1 })).toBe('key.unacceptable');
  });

  it.each([
    ['certificate is refused by itself, unless it may', 90, 'identity'],
    ['device counts while the list names its very hash', 365, 'instance'],
  ] as const)('S3-15: an expired %s', async (_, days, part) => {
    // A fresh exchange key, so that only the part in question is old.
    const { identity, instance, list } = ann.local.chain;
    const end = now + (days + 30) * day;
    const exchange = await issueExchangeCredential(crypto, { identity, issuedBy: { identityKey: ann.local.certifierKey() }, kemKey: crypto.generateKem('exchange-kem').publicKey, minListVersion: 1, notBefore: end, notAfter: end + day });
    const renewed = await createIdentityCertificate(crypto, { name: 'Ann', keyPair: { privateKey: ann.local.certifierKey(), spki: identity.spki }, epoch: 1, notBefore: now, notAfter: now + 900 * day });
    const chain = { identity: part === 'identity' ? identity : renewed, instance, list, exchange };
    expect(verdict(chain, { now: end })).toBeUndefined();
    expect(verdict(chain, { now: end + 1 })).toBe(part === 'identity' ? 'key.unacceptable' : undefined);
    expect(verdict(chain, { now: end + 1, mayLapse: true })).toBeUndefined();
    // Nothing else is looser: not the exchange key, which is sealed to, and not a list that names another credential.
    expect(verdict(chain, { now: end + 32 * day, mayLapse: true })).toBe('key.unacceptable');
    expect(verdict({ ...chain, list: { ...list, instances: list.instances.map((each) => ({ ...each, credentialHash: new Uint8Array(32) })) } }, { now: end + 1, mayLapse: true })).toBe('key.unacceptable');
  });

  it('with a validity that ends before it begins', async () => {
    const { identity } = ann.local;
    const exchange = await issueExchangeCredential(crypto, { identity, issuedBy: { identityKey: ann.local.certifierKey() }, kemKey: crypto.generateKem('exchange-kem').publicKey, minListVersion: 1, notBefore: now + 1, notAfter: now });
    expect(verdict({ ...ann.local.chain, exchange })).toBe('key.unacceptable');
  });
});

describe('pins', () => {
  let rotated: { keyPair: RsaKeyPair; chain: Chain };

  /** Ann under a second identity key: everything well signed by it. */
  async function under(keyPair: RsaKeyPair, recoveryKeyHash = ann.local.identity.recoveryKeyHash): Promise<Chain> {
    const identityKey = keyPair.privateKey;
    const identity = await createIdentityCertificate(crypto, { name: 'Ann', keyPair, peerId: ann.local.peerId, epoch: 2, notBefore: now, notAfter: now + 90 * day, ...(recoveryKeyHash && { recoveryKeyHash }) });
    const { instance: old } = ann.local;
    const instance = await issueInstanceCredential(crypto, { identity, identityKey, signing: old.signing, kemKey: old.credential.kemKey, deviceName: 'desk', roles: ['certifier'], minListVersion: 1, notBefore: now, notAfter: now + day });
    const list = await issueInstanceList(crypto, { identity, identityKey, version: 2, issuedAt: now, instances: [{ instanceId: instance.instanceId, credentialHash: instance.hash, roles: ['certifier'], state: 'active' }] });
    const exchange = await issueExchangeCredential(crypto, { identity, issuedBy: { identityKey }, kemKey: crypto.generateKem('exchange-kem').publicKey, minListVersion: 1, notBefore: now, notAfter: now + day });
    return { identity, list, instance, exchange };
  }

  const keyOf = ({ local }: LocalPerson): RsaKeyPair => ({ privateKey: local.certifierKey(), spki: local.identity.spki });
  const linkFrom = (old: RsaKeyPair, next: RsaKeyPair) => forgedLink(crypto, { peerId: ann.local.peerId, old: { epoch: 1, keyPair: old }, next: { epoch: 2, keyPair: next } });

  beforeAll(async () => {
    await twin.ready;
    const keyPair = await crypto.generateRsa();
    rotated = { keyPair, chain: await under(keyPair) };
  });

  it('the same person under another key is a key mismatch, told apart from rubbish', () => {
    const pinnedSpkiHash = ann.local.identity.spkiHash;
    expect(verdict(rotated.chain, { pinnedSpkiHash, expectedPeerId: ann.local.peerId })).toBe('contact.key-mismatch');
    expect(verdict({ ...rotated.chain, exchange: ann.local.exchange.current.credential }, { pinnedSpkiHash })).toBe('key.unacceptable');
  });

  it('A14: a later key proves no peer id without its history', () => {
    expect(verdict(rotated.chain)).toBe('key.unacceptable');
    expect(verdict(rotated.chain, { expectedPeerId: ann.local.peerId })).toBe('key.unacceptable');
    expect(verdict(rotated.chain, { pinnedSpkiHash: rotated.chain.identity.spkiHash })).toBeUndefined();
  });

  it('A14 S5-18: its history begins with the key that the peer id is made of, and ends with the key shown', async () => {
    const { keyPair, chain } = rotated;
    const [first, link] = [ann.local.identity, await linkFrom(keyOf(ann), keyPair)];
    expect(verdict(chain, { history: { first, elements: [link] } })).toBeUndefined();
    const elsewhere = await linkFrom(keyOf(ann), keyOf(bob));
    for (const elements of [[], [elsewhere]]) expect(verdict(chain, { history: { first, elements } })).toBe('key.unacceptable');
  });

  it('A14 A70: whoever begins the history of a peer id with another key is not that person', async () => {
    const { keyPair, chain } = rotated;
    const elements = [await linkFrom(keyOf(bob), keyPair)];
    const { recoveryKeyHash } = ann.local.identity;
    const committed = recoveryKeyHash && { recoveryKeyHash };
    const span = { name: 'Ann', keyPair: keyOf(bob), notBefore: now, notAfter: now + 90 * day, ...committed };
    // A good first certificate of somebody else, and a later one that names the peer id freely.
    for (const first of [await createIdentityCertificate(crypto, { ...span, epoch: 1 }), await createIdentityCertificate(crypto, { ...span, epoch: 2, peerId: ann.local.peerId })]) {
      expect(verdict(chain, { history: { first, elements } })).toBe('key.unacceptable');
    }
  });

  it('A73: a later key names the recovery key that the first one committed to', async () => {
    const { keyPair } = rotated;
    const history = { first: ann.local.identity, elements: [await linkFrom(keyOf(ann), keyPair)] };
    expect(ann.local.identity.recoveryKeyHash).toBeDefined();
    expect(verdict(await under(keyPair, new Uint8Array(32).fill(9)), { history })).toBe('key.unacceptable');
    expect(verdict(await under(keyPair), { history })).toBeUndefined();
  });

  it('a credential of one identity epoch is none of another', () => {
    expect(verdict({ ...rotated.chain, instance: ann.local.chain.instance }, { pinnedSpkiHash: rotated.chain.identity.spkiHash })).toBe('key.unacceptable');
    expect(verdict({ ...ann.local.chain, list: rotated.chain.list })).toBe('key.unacceptable');
  });

  it('A75: a truncated pin pins nothing, nor does one that is another in any one byte', () => {
    const { spkiHash } = ann.local.identity;
    expect(verdict(ann.local.chain, { pinnedSpkiHash: spkiHash.subarray(0, 31) })).toBe('contact.key-mismatch');
    for (let byte = 0; byte < 32; byte += 1) expect(verdict(ann.local.chain, { pinnedSpkiHash: flipBit(spkiHash, byte * 8) })).toBe('contact.key-mismatch');
  });
});

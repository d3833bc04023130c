/** One person with one device: keys, credentials, list, chain and card, as docs/protocol.md §2 has them. Everything is in memory. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { edPublic, H, instanceIdOf, kemPublic, random } from './crypto.mjs';
import { makeCertificate } from './certificate.mjs';
import { consent, makeChain, makeExchangeCredential, makeInstanceCredential, makeList, readChain, ROLES } from './credentials.mjs';
import { makeHistory, makeLink } from './keys.mjs';
import { makeCard } from './card.mjs';
import { startToken } from './content.mjs';

const DAY = 86_400_000;

/** `privateKey`: an RSA key of Node, or none to have one made. */
export const identityKey = (epoch, privateKey = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey) => ({
  epoch,
  privateKey,
  spki: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
});

export class Person {
  /**
   * `extensions`: further ones of its certificates. `before`: what the person had already, of whom this is another device (§14).
   * @param {{ name: string, key?: any, now?: number, extensions?: Buffer[], before?: any }} of
   */
  constructor({ name, key = identityKey(1), now = Date.now(), extensions = [], before = {} }) {
    this.extensions = extensions;
    this.name = name;
    this.peerId = before.peerId ?? H(key.spki);
    this.recoverySeed = random(32);
    this.recoveryHash = before.peerId ? before.recoveryHash : H(edPublic(this.recoverySeed));
    this.signingSeed = random(32);
    this.signingKey = edPublic(this.signingSeed);
    this.instanceId = instanceIdOf(this.signingKey);
    this.kemSecret = random(32);
    this.kemKey = kemPublic(this.kemSecret);
    this.consent = consent(this.signingSeed, this.peerId, this.signingKey, this.kemKey);
    this.startToken = startToken(this.signingSeed, now);
    this.steps = before.steps ?? [];
    this.keys = before.keys ?? [];
    this.exchanges = before.exchanges ?? [];
    /** Rows of the list for devices that were let in (§10.1), and for those that are retired. */
    this.others = before.others ?? [];
    this.listVersion = before.listVersion ?? 0;
    this.#use(key, now);
    this.firstCertificate = before.firstCertificate ?? this.chainParts.identity;
  }

  /** Makes certificate, device credential, exchange key and the next list under an identity key. */
  #use(key, now) {
    this.key = key;
    if (this.keys.at(-1) !== key) this.keys.push(key);
    this.listVersion += 1;
    const who = { peerId: this.peerId, spkiHash: H(key.spki), epoch: key.epoch, privateKey: key.privateKey };
    const dates = { notBefore: now - 60_000, minListVersion: this.listVersion };
    const roles = ROLES.certifier | ROLES.exchange;
    const instance = makeInstanceCredential(who, { ...dates, signingKey: this.signingKey, kemKey: this.kemKey, notAfter: now + 365 * DAY, roles, deviceName: 'second', counterSignature: this.consent });
    const secret = random(32);
    const exchange = makeExchangeCredential(who, { ...dates, kemKey: kemPublic(secret), notAfter: now + 7 * DAY });
    const list = makeList(who, { version: this.listVersion, issuedAt: now, entries: [{ instanceId: this.instanceId, hash: H(instance), roles, state: 0 }, ...this.others.filter(({ state }) => state === 1)] });
    const seconds = Math.floor((now - 60_000) / 1000) * 1000;
    const identity = makeCertificate({ key, name: this.name, peerId: this.peerId, epoch: key.epoch, recoveryHash: this.recoveryHash, notBefore: seconds, notAfter: seconds + 90 * DAY, more: this.extensions });
    this.chainParts = { identity, list, instance, exchange };
    this.chainBytes = makeChain(this.chainParts);
    this.chain = readChain(this.chainBytes, now);
    this.exchanges.unshift({ secret, credential: this.chain.exchange, hash: this.chain.exchange.hash, subject: this.chain.identity.subject });
  }

  /** A new identity key that the one before vouches for. */
  rotate({ key = identityKey(this.key.epoch + 1), compromise = false, now = Date.now() } = {}) {
    this.steps.push({ kind: 1, bytes: makeLink({ peerId: this.peerId, from: this.key, to: key, time: now, compromise }) });
    this.#use(key, now);
  }

  /** The same keys with credentials that begin now: another exchange key, and the next list. */
  renew(now = Date.now()) {
    this.#use(this.key, now);
  }

  /**
   * Another device of this person, with keys of its own: its credential, and the next list (§10.1).
   * @param {{ signingKey: Buffer, kemKey: Buffer, counterSignature: Buffer, deviceName: string }} of
   */
  admit(of, now = Date.now()) {
    const who = { peerId: this.peerId, spkiHash: this.spkiHash, epoch: this.key.epoch, privateKey: this.key.privateKey };
    const roles = ROLES.exchange;
    this.listVersion += 1;
    const credential = makeInstanceCredential(who, { ...of, roles, notBefore: now - 60_000, notAfter: now + 365 * DAY, minListVersion: this.listVersion });
    this.others.push({ instanceId: instanceIdOf(of.signingKey), hash: H(credential), roles, state: 0 });
    const own = { instanceId: this.instanceId, hash: this.chain.instance.hash, roles: ROLES.certifier | ROLES.exchange, state: 0 };
    this.chainParts = { ...this.chainParts, list: makeList(who, { version: this.listVersion, issuedAt: now, entries: [own, ...this.others] }) };
    this.chainBytes = makeChain(this.chainParts);
    this.chain = readChain(this.chainBytes, now);
    return credential;
  }

  get spkiHash() {
    return this.chain.identity.spkiHash;
  }

  /** @param {{ addresses: any[], now?: number, forContact?: boolean, behind?: Buffer }} how `behind`: sections (§11) */
  card({ addresses, now = Date.now(), forContact = false, behind }) {
    const history = this.key.epoch === 1 ? undefined : forContact ? Buffer.alloc(0) : makeHistory(this.firstCertificate, this.steps);
    return makeCard({ chain: this.chainBytes, time: now, addresses, history, behind, signingSeed: this.signingSeed });
  }

  /** What the handshake needs of oneself, with the newest exchange key or another one that is held. */
  ownWith({ hash, secret } = this.exchanges[0]) {
    return {
      peerId: this.peerId, chain: this.chainBytes, listVersion: this.listVersion, signingSeed: this.signingSeed,
      exchangeHash: hash, exchangeSecret: secret, instanceHash: this.chain.instance.hash, names: namesOf(this.chain),
    };
  }
  get own() {
    return this.ownWith();
  }
}

/** What the directions of a session are named by. */
export const namesOf = (chain) => ({ subject: chain.identity.subject, fingerprint: chain.identity.fingerprint, instanceHash: chain.instance.hash });
/** Where M1 and messages to that person are sealed to. */
export const toOf = (chain) => ({ peerId: chain.peerIdBytes, exchangeHash: chain.exchange.hash, exchangeKey: chain.exchange.kemKey });

// The anchor of warm messages: two libsignal sessions in one process, through the library's public calls, with stores
// that only keep the library's own objects in memory: the cheapest an application could do.
// @ts-nocheck: this package is installed by the first `npm run bench` only, so its types are not there otherwise.
import {
  CiphertextMessageType,
  IdentityKeyPair,
  IdentityKeyStore,
  KEMKeyPair,
  KyberPreKeyRecord,
  KyberPreKeyStore,
  PreKeyBundle,
  PreKeyRecord,
  PreKeySignalMessage,
  PreKeyStore,
  PrivateKey,
  processPreKeyBundle,
  ProtocolAddress,
  SessionStore,
  signalDecrypt,
  signalDecryptPreKey,
  signalEncrypt,
  SignalMessage,
  SignedPreKeyRecord,
  SignedPreKeyStore,
} from '@signalapp/libsignal-client';

const key = (address) => `${address.name()}.${address.deviceId()}`;

class Sessions extends SessionStore {
  #records = new Map();
  async saveSession(address, record) { this.#records.set(key(address), record); }
  async getSession(address) { return this.#records.get(key(address)) ?? null; }
  async getExistingSessions(addresses) { return addresses.map((address) => this.#records.get(key(address))); }
}

class Identities extends IdentityKeyStore {
  #own = IdentityKeyPair.generate();
  #known = new Map();
  get pair() { return this.#own; }
  async getIdentityKey() { return this.#own.privateKey; }
  async getIdentityKeyPair() { return this.#own; }
  async getLocalRegistrationId() { return 5; }
  async saveIdentity(address, identity) { this.#known.set(key(address), identity); return 0; }
  async isTrustedIdentity() { return true; }
  async getIdentity(address) { return this.#known.get(key(address)) ?? null; }
}

class PreKeys extends PreKeyStore {
  record;
  async savePreKey() {}
  async getPreKey() { return this.record; }
  async removePreKey() {}
}

class SignedPreKeys extends SignedPreKeyStore {
  record;
  async saveSignedPreKey() {}
  async getSignedPreKey() { return this.record; }
}

class KyberPreKeys extends KyberPreKeyStore {
  record;
  async saveKyberPreKey() {}
  async getKyberPreKey() { return this.record; }
  async markKyberPreKeyUsed() {}
}

class Party {
  sessions = new Sessions();
  identities = new Identities();
  preKeys = new PreKeys();
  signedPreKeys = new SignedPreKeys();
  kyberPreKeys = new KyberPreKeys();

  constructor(name) { this.address = ProtocolAddress.new(name, 1); }

  bundle() {
    const { privateKey, publicKey } = this.identities.pair;
    const once = PrivateKey.generate();
    const signed = PrivateKey.generate();
    const kem = KEMKeyPair.generate();
    const signedSignature = privateKey.sign(signed.getPublicKey().serialize());
    const kemSignature = privateKey.sign(kem.getPublicKey().serialize());
    this.preKeys.record = PreKeyRecord.new(1, once.getPublicKey(), once);
    this.signedPreKeys.record = SignedPreKeyRecord.new(2, 1, signed.getPublicKey(), signed, signedSignature);
    this.kyberPreKeys.record = KyberPreKeyRecord.new(3, 1, kem, kemSignature);
    return PreKeyBundle.new(5, 1, 1, once.getPublicKey(), 2, signed.getPublicKey(), signedSignature, publicKey, 3, kem.getPublicKey(), kemSignature);
  }

  async seal(to, plaintext) {
    const message = await signalEncrypt(plaintext, to.address, this.address, this.sessions, this.identities);
    return { type: message.type(), bytes: message.serialize() };
  }

  async open(from, { type, bytes }) {
    if (type === CiphertextMessageType.PreKey) {
      return signalDecryptPreKey(PreKeySignalMessage.deserialize(bytes), from.address, this.address, this.sessions, this.identities, this.preKeys, this.signedPreKeys, this.kyberPreKeys);
    }
    return signalDecrypt(SignalMessage.deserialize(bytes), from.address, this.address, this.sessions, this.identities);
  }
}

/**
 * A session that both sides have confirmed. `cross(forward, plaintext)` seals on one side, serialises, and opens on the other.
 * @returns {Promise<{ cross(forward: boolean, plaintext: Uint8Array): Promise<Uint8Array> }>}
 */
export async function createSignalPair() {
  const alice = new Party('alice');
  const bob = new Party('bob');
  await processPreKeyBundle(bob.bundle(), bob.address, alice.address, alice.sessions, alice.identities);
  const cross = async (forward, plaintext) => {
    const [from, to] = forward ? [alice, bob] : [bob, alice];
    return to.open(from, await from.seal(to, plaintext));
  };
  // Out of the pre-key messages, and both chains in use.
  for (let turn = 0; turn < 20; turn += 1) await cross(turn % 2 === 0, new Uint8Array(64));
  return { cross };
}

/**
 * Somebody writes to somebody for the first time: a session from the recipient's published keys (PQXDH), one message, opened there.
 * The keys were published before: `prepare` makes them, `meet` does the rest.
 * @returns {{ prepare(): void, meet(plaintext: Uint8Array): Promise<Uint8Array> }}
 */
export function createSignalMeeting() {
  let alice;
  let bob;
  let bundle;
  return {
    prepare() {
      alice = new Party('alice');
      bob = new Party('bob');
      bundle = bob.bundle();
    },
    async meet(plaintext) {
      await processPreKeyBundle(bundle, bob.address, alice.address, alice.sessions, alice.identities);
      return bob.open(alice, await alice.seal(bob, plaintext));
    },
  };
}

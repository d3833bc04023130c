/** docs/protocol.md §2, files of an identity key: what is inside of every one, Keyshift's own container, and which of three formats a file has. */
import { checkPrimeSync, createPrivateKey, createPublicKey } from 'node:crypto';
import sodium from 'sodium-native';
import { cat, lp, need, Reader, Refused, same, u16, u32, u8, whole } from './bytes.mjs';
import { readCertificate } from './certificate.mjs';
import { open, random, seal } from './crypto.mjs';
import { follow, readLink, readRecovery } from './keys.mjs';

/** Refused, by the code that a person is told. */
export class BadFile extends Refused {
  constructor(code, why = code) {
    super(why);
    this.code = code;
  }
}
export const bad = (code, why) => {
  throw new BadFile(code, why);
};
/** What a reader of layouts refuses is, in a file, that code. */
export const orBad = (code, act) => {
  try {
    return act();
  } catch (error) {
    throw error instanceof BadFile || !(error instanceof Refused) ? error : new BadFile(code, error.message);
  }
};

/** Argon2id, version 0x13, one lane. `memory` in KiB. Another cost than the file names is for programs that were told to take another. */
export const argon2 = (passphrase, { salt, memory, passes }) => {
  const key = Buffer.alloc(32);
  sodium.crypto_pwhash(key, Buffer.from(passphrase.normalize('NFC')), salt, passes, memory * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13);
  return key;
};
/** The same, each result only once: what reads and writes many files under one passphrase asks for little else. */
export const rememberedArgon2 = () => {
  const known = new Map();
  return (passphrase, cost) => {
    const name = `${passphrase} ${cost.salt.toString('hex')} ${cost.memory} ${cost.passes}`;
    if (!known.has(name)) known.set(name, argon2(passphrase, cost));
    return known.get(name);
  };
};
export const isBearable = ({ memory, passes }) => memory >= 64 * 1024 && memory <= 1024 * 1024 && passes >= 2 && passes <= 10;

// Papers

export const writePapers = (papers) => cat(u16(papers.length), ...papers.map(({ epoch, certificate, kind = 0, statement = Buffer.alloc(0) }) => cat(u32(epoch), lp(certificate), u8(kind), lp(statement))));
export const readPapers = (reader) => {
  const count = reader.u16();
  need(count >= 1 && count <= 257, 'papers');
  const papers = reader.list(count, () => ({ epoch: reader.u32(), certificate: reader.lp(8192, 1), kind: reader.u8(), statement: reader.lp(4096) }));
  papers.forEach(({ epoch, kind, statement }, at) => {
    need(at === 0 || papers[at - 1].epoch < epoch, 'papers out of order');
    need(kind <= 2 && (kind === 0) === (statement.length === 0), 'kind of a paper');
  });
  return papers;
};

// A private key is taken only when all its numbers belong together.

const big = (text) => BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
const isOfIdentity = ({ asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength: bits, publicExponent } = {} }) => type === 'rsa' && bits >= 3072 && bits <= 4096 && bits % 8 === 0 && publicExponent === 65537n;
const isSound = (privateKey) => {
  const jwk = privateKey.export({ format: 'jwk' });
  const [n, e, d, p, q, dp, dq, qi] = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => big(jwk[name]));
  return n === p * q && p !== q && checkPrimeSync(p) && checkPrimeSync(q)
    && dp === d % (p - 1n) && dq === d % (q - 1n) && (e * dp) % (p - 1n) === 1n && (e * dq) % (q - 1n) === 1n && (q * qi) % p === 1n;
};
/** PKCS #8. `unreadable` is the code where the bytes are no key at all: who could read them had the passphrase, or not. */
export const privateKeyOf = (pkcs8, unreadable) => {
  let key;
  try {
    key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  } catch {
    return bad(unreadable, 'no private key');
  }
  if (!isOfIdentity(key)) bad('key.unacceptable', 'another kind of key');
  if (!isSound(key)) bad('key-file.garbled', 'numbers that do not belong together');
  return key;
};
export const spkiOf = (privateKey) => createPublicKey(privateKey).export({ format: 'der', type: 'spki' });

/** A file that was read: the key with its certificate, and what leads there. */
export const keyFile = ({ privateKey, papers, certificate = papers.at(-1)?.certificate, recoveryKey, endorsements }) => {
  const identity = orBad('key-file.garbled', () => readCertificate(need(certificate, 'no certificate')));
  if (!same(identity.spki, spkiOf(privateKey))) bad('key-file.garbled', 'a certificate of another key');
  return { privateKey, identity, epoch: identity.epoch, papers, recoveryKey, endorsements };
};
/** The steps of the papers from a key that is known to the file's. */
export const leads = (file, from) => {
  const later = file.papers.filter(({ epoch, kind }) => epoch > from.epoch && kind);
  const newest = later.findLastIndex(({ kind }) => kind === 2);
  const steps = later.slice(Math.max(0, newest)).map(({ kind, statement, certificate }) => {
    const step = kind === 1 ? readLink(statement) : readRecovery(statement);
    const { peerId, epoch, spki } = readCertificate(certificate);
    need(peerId === step.peerId && epoch === step.epoch && same(spki, step.spki), 'a certificate of another key than the step');
    return step;
  });
  const head = follow(from, steps);
  need(same(head.spki, file.identity.spki) && head.epoch === file.epoch, 'the steps lead elsewhere');
  return head;
};

/** What a device makes of a file that was read, under the key it has: the code where it is refused. `own` without `spki`: some other key than all of the file. */
export const brought = (file, own) => {
  if (file.identity.peerId !== own.peerId) bad('key-file.other-person');
  if (file.epoch < own.epoch) bad('key-file.older');
  if (own.spki && same(file.identity.spki, own.spki)) return 'unchanged';
  if (file.epoch === own.epoch || !own.spki) bad('key.unacceptable', 'another key of the same age');
  orBad('key.unacceptable', () => leads(file, { recoveryEpoch: 0, ...own }));
  return 'taken';
};

// Keyshift's container

const MAGIC = cat('KEYSHIFTKEY', u8(0));
const MIB = 1024 * 1024;
export const isContainer = (bytes) => same(bytes.subarray(0, 12), MAGIC);

const endorsed = (endorsements) => (endorsements?.length ? cat(u8(endorsements.length), ...endorsements.map((one) => cat(u8(one.length), ...one.map(lp)))) : Buffer.alloc(0));
/**
 * What stands in any container.
 * @param {{ pkcs8: Buffer, papers: any[], recoveryKey?: Buffer, endorsements?: Buffer[][] }} of
 */
export const payloadOf = ({ pkcs8, papers, recoveryKey = Buffer.alloc(0), endorsements }) => cat(lp(pkcs8), writePapers(papers), lp(recoveryKey), endorsed(endorsements));
const readPayload = (bytes) =>
  whole(bytes, (reader) => {
    const [pkcs8, papers, recoveryKey] = [reader.lp(4096), readPapers(reader), reader.lp(32)];
    need([0, 32].includes(recoveryKey.length), 'recovery key');
    const groups = reader.left ? reader.u8() : undefined;
    need(groups === undefined || (groups >= 1 && groups <= 3), 'endorsements');
    const endorsements = reader.list(groups ?? 0, () => {
      const count = reader.u8();
      need(count >= 1 && count <= 3, 'endorsement');
      return reader.list(count, () => reader.lp());
    });
    return { pkcs8, papers, recoveryKey, endorsements };
  });

/** `payload` as above. What is drawn can be given, and the layout of the plaintext changed, for vectors. */
export const writeContainer = (payload, passphrase, { memory = 256 * 1024, passes = 3, salt = random(16), nonce = random(24), version = 1, derive = argon2, padded = (text) => cat(text, Buffer.alloc(-text.length & 4095)) } = {}) => {
  const head = cat(MAGIC, u8(version), u32(memory), u8(passes), salt, nonce);
  return cat(head, seal('key-file', derive(passphrase, { salt, memory, passes }), nonce, head, padded(lp(payload))));
};
export const readContainer = (bytes, passphrase, derive = argon2) => {
  const { head, version, memory, passes, salt, nonce, sealed } = orBad('key-file.garbled', () => {
    need(bytes.length <= MIB && isContainer(bytes), 'no key file');
    const reader = new Reader(bytes);
    reader.take(12);
    const one = { version: reader.u8(), memory: reader.u32(), passes: reader.u8(), salt: reader.take(16), nonce: reader.take(24) };
    return { ...one, head: bytes.subarray(0, reader.at), sealed: reader.rest() };
  });
  if (version !== 1 || sealed.length < 4096 + 16 || sealed.length % 4096 !== 16) bad('key-file.garbled', 'another version or length');
  if (!isBearable({ memory, passes })) bad('key-file.too-weak');
  const plaintext = orBad('key-file.wrong-passphrase', () => open('key-file', derive(passphrase, { salt, memory, passes }), nonce, head, sealed));
  const { pkcs8, ...rest } = orBad('key-file.garbled', () =>
    whole(plaintext, (reader) => {
      const payload = reader.lp();
      const zeros = reader.rest();
      need(zeros.length < 4096 && zeros.every((byte) => byte === 0), 'filling');
      return readPayload(payload);
    }),
  );
  return keyFile({ ...rest, privateKey: privateKeyOf(pkcs8, 'key-file.garbled') });
};

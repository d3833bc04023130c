/** docs/protocol.md §2, identity certificate: a strict template, written and read. */
import { createPublicKey, sign, verify } from 'node:crypto';
import { base32, fromBase32, need, refuse, same, strictText } from './bytes.mjs';
import { H, random } from './crypto.mjs';
import { children, der, integer, oid, only, sequence, tagged, time, timeOf } from './der.mjs';

const CN = oid('2.5.4.3');
const UID = oid('0.9.2342.19200300.100.1.1');
const BASIC = oid('2.5.29.19');
const USAGE = oid('2.5.29.15');
const EPOCH = oid('2.25.49017952653411.1');
const RECOVERY = oid('2.25.49017952653411.2');
const SIGNATURES = new Map([
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
].map(([name, hash]) => [sequence(oid(name), der(0x05)).toString('hex'), hash]));
const SHA256_RSA = sequence(oid('1.2.840.113549.1.1.11'), der(0x05));

export const subjectOf = (name, peerId) =>
  sequence(der(0x31, sequence(CN, der(0x0c, name))), der(0x31, sequence(UID, der(0x0c, base32(peerId)))));

const extension = (id, critical, value) => sequence(id, ...(critical ? [der(0x01, Buffer.from([0xff]))] : []), der(0x04, value));

/** An extension of a later version: not critical, so that it may be missed. */
export const laterExtension = (name, value) => extension(oid(name), false, der(0x04, value));

/** A self-signed certificate for `key` ({ privateKey, spki }). `more`: further extensions. */
export const makeCertificate = ({ key, name, peerId, epoch, recoveryHash, notBefore, notAfter, serial = random(16), more = [] }) => {
  const subject = subjectOf(name, peerId);
  serial[0] = (serial[0] & 0x3f) | 0x40;
  const body = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    SHA256_RSA,
    subject,
    sequence(time(notBefore), time(notAfter)),
    subject,
    key.spki,
    der(0xa3, sequence(
      extension(BASIC, true, sequence()),
      extension(USAGE, true, der(0x03, Buffer.from([7, 0x80]))),
      extension(EPOCH, false, integer(epoch)),
      ...(recoveryHash ? [extension(RECOVERY, false, der(0x04, recoveryHash))] : []),
      ...more,
    )),
  );
  return sequence(body, SHA256_RSA, der(0x03, Buffer.from([0]), sign('sha256', body, key.privateKey)));
};

const publicKey = (spki) => {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return refuse('no key');
  }
};
export const checkSpki = (spki) => {
  const key = publicKey(spki);
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  need(key.asymmetricKeyType === 'rsa' && publicExponent === 65537n && modulusLength >= 3072 && modulusLength <= 4096 && modulusLength % 8 === 0, 'no identity key');
  need(same(key.export({ format: 'der', type: 'spki' }), spki), 'SPKI is not canonical');
  return spki;
};

const nameValue = (rdn, id) => {
  const [attribute, ...more] = children(tagged(rdn, 0x31, 'an RDN'));
  need(more.length === 0, 'two names in one RDN');
  const [type, value, ...parts] = children(attribute);
  need(same(type.all, id) && parts.length === 0, 'another kind of name');
  return strictText(tagged(value, 0x0c, 'a UTF8String').content);
};

/** What it says; every rule of the template but the dates, which the caller judges. */
export const readCertificate = (bytes) => {
  need(bytes.length <= 8192, 'certificate too large');
  const [body, algorithm, signature, ...more] = children(tagged(only(bytes), 0x30, 'a certificate'));
  need(more.length === 0, 'more than a certificate');
  const [version, serial, inner, issuer, validity, subject, spki, extensions, ...others] = children(tagged(body, 0x30, 'a certificate'));
  need(others.length === 0 && same(version.all, der(0xa0, integer(2))), 'version');
  need(serial.tag === 2 && serial.content.length === 16 && serial.content[0] >= 0x01 && serial.content[0] <= 0x7f, 'serial');
  const hash = need(SIGNATURES.get(algorithm.all.toString('hex')), 'signature algorithm');
  need(same(inner.all, algorithm.all) && same(issuer.all, subject.all), 'two algorithms or names');
  const [commonName, userId, ...names] = children(subject);
  need(names.length === 0, 'more than two names');
  const name = nameValue(commonName, CN);
  const userIdText = nameValue(userId, UID);
  need(fromBase32(userIdText).length === 32, 'peer id');
  // eslint-disable-next-line no-control-regex
  need(name.length >= 1 && name.length <= 64 && !/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(name), 'name');
  need(signature.tag === 3 && signature.content[0] === 0, 'signature');
  need(verify(hash, body.all, publicKey(spki.all), signature.content.subarray(1)), 'self-signature');
  checkSpki(spki.all);
  const found = readExtensions(children(only(tagged(extensions, 0xa3, 'extensions').content)));
  const [notBefore, notAfter, ...dates] = children(validity).map(timeOf);
  need(notAfter !== undefined && dates.length === 0, 'two dates');
  const spkiHash = H(spki.all);
  if (found.epoch === 1) need(userIdText === base32(spkiHash), 'peer id of a first key');
  return { bytes, name, peerId: userIdText, spki: spki.all, spkiHash, subject: subject.all, fingerprint: H(bytes), notBefore, notAfter, ...found };
};

const readExtensions = (list) => {
  need(list.length <= 16, 'too many extensions');
  const seen = new Map();
  for (const one of list) {
    const [id, ...rest] = children(one);
    const critical = rest.length === 2 && same(rest[0].all, der(0x01, Buffer.from([0xff])));
    need(rest.length === (critical ? 2 : 1), 'extension');
    const key = id.all.toString('hex');
    need(!seen.has(key), 'an extension twice');
    seen.set(key, { critical, value: tagged(rest.at(-1), 0x04, 'an extension').content });
  }
  const take = (id) => {
    const key = id.toString('hex');
    const found = seen.get(key);
    seen.delete(key);
    return found;
  };
  const [basic, usage, epoch, recovery] = [BASIC, USAGE, EPOCH, RECOVERY].map(take);
  need(basic?.critical && same(basic.value, sequence()), 'basicConstraints');
  need(usage?.critical && same(usage.value, der(0x03, Buffer.from([7, 0x80]))), 'keyUsage');
  for (const { critical } of seen.values()) if (critical) refuse('an unknown critical extension');
  const number = tagged(only(epoch?.value ?? refuse('no epoch')), 2, 'an epoch').content;
  need(number.length <= 5 && number[0] < 0x80, 'epoch');
  const value = number.readUIntBE(0, number.length);
  need(value >= 1 && value <= 0x7fffffff && same(integer(value), epoch.value), 'epoch');
  const recoveryHash = recovery && tagged(only(recovery.value), 0x04, 'a hash').content;
  need(!recoveryHash || recoveryHash.length === 32, 'a hash');
  return { epoch: value, recoveryHash };
};

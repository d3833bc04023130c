/** docs/protocol.md §2, Endorsements: certificates of organisations, their revocation lists, and whether they vouch for an identity key. */
import { createPublicKey, verify } from 'node:crypto';
import { base32, fromBase32, need, same, strictText } from './bytes.mjs';
import { children, der, integer, oid, only, sequence, tagged, timeOf } from './der.mjs';

const RSA = (last) => sequence(oid(`1.2.840.113549.1.1.${last}`), der(0x05));
const ECDSA = (last) => sequence(oid(`1.2.840.10045.4.3.${last}`));
const ED25519 = sequence(oid('1.3.101.112'));
/** By the DER of an AlgorithmIdentifier: kind of key and digest. */
const ALGORITHMS = new Map(
  [[RSA(11), 'rsa', 'sha256'], [RSA(12), 'rsa', 'sha384'], [RSA(13), 'rsa', 'sha512'], [ECDSA(2), 'ec', 'sha256'], [ECDSA(3), 'ec', 'sha384'], [ECDSA(4), 'ec', 'sha512'], [ED25519, 'ed25519', null]].map(([id, key, hash]) => [id.toString('hex'), { key, hash }]),
);
export const ALGORITHM = { rsaSha256: RSA(11), ecdsaSha256: ECDSA(2), ecdsaSha384: ECDSA(3), ed25519: ED25519 };
const EC_KEY = (curve) => sequence(oid('1.2.840.10045.2.1'), oid(curve));
const KEYS = [sequence(oid('1.2.840.113549.1.1.1'), der(0x05)), EC_KEY('1.2.840.10045.3.1.7'), EC_KEY('1.3.132.0.34'), ED25519];

export const EXTENSION = {
  subjectKeyId: oid('2.5.29.14'), keyUsage: oid('2.5.29.15'), subjectAltName: oid('2.5.29.17'), issuerAltName: oid('2.5.29.18'), basicConstraints: oid('2.5.29.19'), number: oid('2.5.29.20'), reason: oid('2.5.29.21'), invalidity: oid('2.5.29.24'),
  nameConstraints: oid('2.5.29.30'), places: oid('2.5.29.31'), policies: oid('2.5.29.32'), authorityKeyId: oid('2.5.29.35'), purposes: oid('2.5.29.37'), access: oid('1.3.6.1.5.5.7.1.1'),
};
const OF_CERTIFICATES = ['subjectKeyId', 'keyUsage', 'subjectAltName', 'issuerAltName', 'basicConstraints', 'places', 'policies', 'authorityKeyId', 'purposes', 'access'];
export const PURPOSE = { client: oid('1.3.6.1.5.5.7.3.2'), email: oid('1.3.6.1.5.5.7.3.4'), any: oid('2.5.29.37.0'), server: oid('1.3.6.1.5.5.7.3.1') };
const NAME = { common: oid('2.5.4.3'), organisation: oid('2.5.4.10'), unit: oid('2.5.4.11'), userId: oid('0.9.2342.19200300.100.1.1') };
export const nameOf = (parts) => sequence(...Object.entries(parts).map(([part, text]) => der(0x31, sequence(NAME[part], der(0x0c, text)))));

/** The first eight bits of a BIT STRING, which says first how many of its last byte are none. */
const usageOf = ([unused, first = 0]) => {
  need(unused !== undefined && unused <= 7, 'key usage');
  return first;
};

/** Critical ones must be of `known`. */
const readExtensions = (list, known) => {
  const found = new Map();
  for (const one of children(tagged(list, 0x30, 'extensions'))) {
    const [id, ...rest] = children(tagged(one, 0x30, 'an extension'));
    const critical = rest.length === 2 && same(rest[0].all, der(0x01, Buffer.of(0xff)));
    need(rest.length === (critical ? 2 : 1), 'an extension');
    const name = Object.keys(EXTENSION).find((each) => same(EXTENSION[each], id.all)) ?? id.all.toString('hex');
    need(!found.has(name) && found.size < 32, 'an extension twice, or a 33rd');
    need(!critical || known.includes(name), 'an unknown critical extension');
    found.set(name, tagged(rest.at(-1), 0x04, 'an extension').content);
  }
  return found;
};
const serialOf = (element) => {
  const { content } = tagged(element, 0x02, 'a serial');
  need(content.length > 0 && content[0] < 0x80 && !(content[0] === 0 && content.length > 1 && content[1] < 0x80), 'a serial');
  need(content.length <= (content[0] === 0 ? 21 : 20), 'a serial of more than 20 bytes');
  return content.toString('hex');
};
const texts = (name) => {
  const found = [];
  for (const set of children(tagged(name, 0x30, 'a name'))) {
    for (const pair of children(tagged(set, 0x31, 'a part of a name'))) {
      const [type, value] = children(pair);
      found.push({ type: type.all, text: value.tag === 0x0c ? strictText(value.content) : value.content.toString('latin1') });
    }
  }
  need(found.length <= 32, 'a name of more than 32 parts');
  return (type) => found.filter((one) => same(one.type, type)).map(({ text }) => text);
};
const signed = (bytes) => {
  const [body, algorithm, signature, ...more] = children(tagged(only(bytes), 0x30, 'something signed'));
  need(more.length === 0 && tagged(signature, 0x03, 'a signature').content[0] === 0, 'a signature');
  return { body: tagged(body, 0x30, 'what is signed'), outer: algorithm, algorithm: need(ALGORITHMS.get(algorithm.all.toString('hex')), 'signature algorithm'), signature: signature.content.subarray(1) };
};
const keyOf = (spki) => {
  const [algorithm] = children(spki);
  need(KEYS.some((kind) => same(kind, algorithm.all)), 'kind of key');
  const key = createPublicKey({ key: spki.all, format: 'der', type: 'spki' });
  const { modulusLength, publicExponent } = key.asymmetricKeyDetails ?? {};
  need(key.asymmetricKeyType !== 'rsa' || (publicExponent === 65537n && modulusLength >= 3072 && modulusLength <= 8192), 'RSA key');
  return key;
};
const isSignedBy = ({ body, algorithm, signature }, key) => key.asymmetricKeyType === algorithm.key && verify(algorithm.hash, body.all, key, signature);

/** A certificate of whoever made it, structure only. */
export const readForeign = (bytes) => {
  need(bytes.length <= 16 * 1024, 'certificate too large');
  const whole = signed(bytes);
  const [version, serial, inner, issuer, validity, subject, spki, extensions, ...more] = children(whole.body);
  need(more.length === 0 && same(version.all, der(0xa0, integer(2))) && same(inner.all, whole.outer.all), 'version or algorithm');
  const [notBefore, notAfter] = children(validity).map(timeOf);
  need(notBefore <= notAfter, 'ends before it begins');
  const found = extensions ? readExtensions(children(tagged(extensions, 0xa3, 'extensions'))[0], [...OF_CERTIFICATES, 'nameConstraints']) : new Map();
  need(!found.has('nameConstraints'), 'for certain names only');
  const parts = (name) => found.has(name) && children(tagged(only(found.get(name)), 0x30, name));
  const [isCa, ...limit] = parts('basicConstraints') || [];
  const isAuthority = isCa?.tag === 0x01 && need(same(isCa.content, Buffer.of(0xff)), 'cA');
  need(isAuthority || !isCa, 'a limit without being an authority');
  const usage = found.has('keyUsage') ? usageOf(tagged(only(found.get('keyUsage')), 0x03, 'keyUsage').content) : undefined;
  const purposes = parts('purposes') || undefined;
  const names = parts('subjectAltName') || [];
  need((purposes?.length ?? 0) <= 16 && names.length <= 32, 'too many purposes or names');
  const keyId = parts('authorityKeyId') || [];
  const of = texts(subject);
  texts(issuer);
  return {
    ...whole, bytes, serial: serialOf(serial), issuer: issuer.all, subject: subject.all, notBefore, notAfter, spki, isAuthority: Boolean(isAuthority), pathLength: limit.length ? limit[0].content.readUIntBE(0, limit[0].content.length) : Infinity, usage,
    name: [NAME.common, NAME.organisation, NAME.unit].map((type) => (of(type)[0] ?? '').replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim()).find((text) => text) ?? '',
    purposes: purposes?.map(({ all }) => all), userIds: of(NAME.userId), uris: names.filter(({ tag }) => tag === 0x86).map(({ content }) => content.toString('latin1')),
    subjectKeyId: found.has('subjectKeyId') ? tagged(only(found.get('subjectKeyId')), 0x04, 'a key id').content.toString('hex') : undefined, authorityKeyId: keyId[0]?.tag === 0x80 ? keyId[0].content.toString('hex') : undefined,
  };
};
const forPersons = ({ purposes }) => !purposes || purposes.some((one) => [PURPOSE.client, PURPOSE.email, PURPOSE.any].some((id) => same(id, one)));

/** One that was imported is `signed`: a root signed itself. */
export const readAuthority = (bytes, signed = true) => {
  const one = readForeign(bytes);
  need(one.isAuthority && (one.usage === undefined || one.usage & 0x04) && forPersons(one) && one.name, 'no authority for persons');
  const authority = { ...one, key: keyOf(one.spki), isRoot: same(one.issuer, one.subject) };
  need(!signed || isGood(authority), 'a root that did not sign itself');
  return authority;
};
export const isGood = (authority) => !authority.isRoot || isSignedBy(authority, authority.key);
const isPeerId = (text) => {
  try {
    return text.length === 52 && fromBase32(text).length === 32;
  } catch {
    return false;
  }
};
/** For exactly this key and person: { peerId, spki }. */
export const readLeaf = (bytes, who) => {
  const one = readForeign(bytes);
  need(!one.isAuthority && !same(one.issuer, one.subject) && (one.usage === undefined || (one.usage & 0x80 && !(one.usage & 0x04))) && forPersons(one), 'no leaf');
  const named = [...one.userIds, ...one.uris.filter((uri) => uri.startsWith('keyshift:')).map((uri) => uri.slice(9))].filter(isPeerId);
  need(same(one.spki.all, who.spki) && named.length > 0 && named.every((text) => text === base32(who.peerId)), 'another key or person');
  return one;
};

export const readRevocations = (bytes) => {
  need(bytes.length <= 768 * 1024, 'list too large');
  const whole = signed(bytes);
  const parts = children(whole.body);
  const isSecond = parts[0]?.tag === 0x02;
  if (isSecond) need(same(parts.shift().all, integer(1)), 'version');
  const [inner, issuer, ...rest] = parts;
  need(same(inner.all, whole.outer.all), 'two algorithms');
  const times = [];
  while (rest[0]?.tag === 0x17 || rest[0]?.tag === 0x18) times.push(timeOf(rest.shift()));
  need(times.length === 1 || times.length === 2, 'dates of a list');
  const entries = rest[0]?.tag === 0x30 ? children(rest.shift()) : [];
  need(entries.length <= 25_000, 'too many entries');
  const revoked = entries.map((entry) => {
    const [serial, when, extensions, ...more] = children(entry);
    need(more.length === 0 && (when?.tag === 0x17 || when?.tag === 0x18), 'an entry');
    if (extensions) readExtensions(extensions, ['reason', 'invalidity']);
    return serialOf(serial);
  });
  const found = isSecond && rest[0]?.tag === 0xa0 ? readExtensions(children(rest.shift())[0], ['number', 'authorityKeyId']) : new Map();
  need(rest.length === 0, 'something behind');
  const number = found.has('number') ? BigInt(`0x${serialOf(only(found.get('number')))}`) : undefined;
  return { ...whole, bytes, issuer: issuer.all, thisUpdate: times[0], nextUpdate: times[1], number, revoked: new Set(revoked) };
};
export const isListOf = (list, authority) => same(list.issuer, authority.subject) && (authority.usage === undefined || Boolean(authority.usage & 0x02)) && isSignedBy(list, authority.key);
export const replaces = (next, known) => {
  if (next.thisUpdate < known.thisUpdate) return false;
  if (known.number !== undefined) return next.number !== undefined && next.number > known.number;
  return next.number !== undefined || next.thisUpdate > known.thisUpdate;
};

const isIssuedBy = (child, issuer) => same(child.issuer, issuer.subject) && (!child.authorityKeyId || !issuer.subjectKeyId || child.authorityKeyId === issuer.subjectKeyId) && isSignedBy(child, issuer.key);
/** Leaf first, root last: at most three authorities, the last of them imported. */
function* paths(path, imported, carried) {
  // Authorities so far: all but the leaf, where it begins with one.
  const below = path.length - (path[0].isAuthority ? 0 : 1);
  if (below >= 3) return;
  for (const issuer of [...imported, ...carried]) {
    if (below > issuer.pathLength || path.some(({ bytes }) => same(bytes, issuer.bytes)) || !isIssuedBy(path.at(-1), issuer)) continue;
    if (!issuer.isRoot) yield* paths([...path, issuer], imported, carried);
    else if (imported.includes(issuer)) yield [...path, issuer];
  }
}
/** Whether one of these stands above it: the next one up alone, or a root of them at the end of the way. */
export const issued = (child, authorities, isNextAlone = false) => (isNextAlone ? authorities.some((issuer) => isIssuedBy(child, issuer)) : !paths([child], authorities, []).next().done);
/** Until when, or that nobody vouches for it now. `lists`: those that count, whoever they came from. */
export const judge = (leaf, carried, imported, lists, now) => {
  for (const path of paths([leaf], imported, carried)) {
    const isRevoked = path.slice(0, -1).some((child, at) => lists.some((list) => isListOf(list, path[at + 1]) && list.revoked.has(child.serial)));
    const until = Math.min(...path.map(({ notAfter }) => notAfter));
    if (!isRevoked && path.every(({ notBefore }) => notBefore <= now) && now <= until) return until;
  }
  return undefined;
};

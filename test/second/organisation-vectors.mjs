/** What organisations.json in test/vectors holds: certificates of organisations, their lists and what follows (docs/protocol.md §2, Endorsements). Nothing is random. */
import { createPublicKey } from 'node:crypto';
import { base32, cat, fromBase32 } from './bytes.mjs';
import { der, integer, oid, sequence, time } from './der.mjs';
import { ALGORITHM, EXTENSION, nameOf, PURPOSE } from './organisation.mjs';
import { counting, ecKey, edKey, rsaKey, signedBy, strangeSpki } from './organisation-keys.mjs';

const DAY = 86_400_000;
const YES = der(0x01, Buffer.of(0xff));
const SHA1_RSA = sequence(oid('1.2.840.113549.1.1.5'), der(0x05));
export const ext = (id, value, critical = false) => sequence(id, ...(critical ? [YES] : []), der(0x04, value));
const ca = (limit) => ext(EXTENSION.basicConstraints, sequence(YES, ...(limit === undefined ? [] : [integer(limit)])), true);
/** digitalSignature 0x80, keyCertSign 0x04, cRLSign 0x02. */
const usage = (bits) => ext(EXTENSION.keyUsage, der(0x03, Buffer.of(31 - Math.clz32(bits & -bits), bits)), true);
const purposes = (...ids) => ext(EXTENSION.purposes, sequence(...ids));
const uris = (...texts) => ext(EXTENSION.subjectAltName, sequence(...texts.map((text) => der(0x86, text))));
const subjectKeyId = (bytes) => ext(EXTENSION.subjectKeyId, der(0x04, bytes));
const authorityKeyId = (bytes) => ext(EXTENSION.authorityKeyId, sequence(der(0x80, bytes)));
const unknown = (critical) => ext(oid('1.3.6.1.4.1.55555.1'), der(0x05), critical);

/** A certificate from `by` for `spki`; every part may be another one. */
const certificate = ({ by, subject, spki, serial, from, to, extensions, version = der(0xa0, integer(2)), serialDer = integer(serial), behind = [], inner = by.key.algorithm, outer = inner, dates = sequence(time(from), time(to)) }) =>
  signedBy(by.key, sequence(version, serialDer, inner, by.subject, dates, subject, spki, ...behind, ...(extensions.length ? [der(0xa3, sequence(...extensions))] : [])), outer);

export const revocations = ({ by, at, next, number, entries = [], version = integer(1), extensions = [], inner = by.key.algorithm, outer = inner, behind = [] }) => {
  const all = [...(number === undefined ? [] : [ext(EXTENSION.number, number)]), ...extensions];
  return signedBy(by.key, sequence(version, inner, by.subject, ...(at === undefined ? [] : [time(at)]), ...(next === undefined ? [] : [time(next)]), ...(entries.length ? [sequence(...entries)] : []), ...(all.length ? [der(0xa0, sequence(...all))] : []), ...behind), outer);
};
const entry = (serial, at, ...extensions) => sequence(integer(serial), time(at), ...(extensions.length ? [sequence(...extensions)] : []));

/** `vectors`: identity.json; `keys`: Node's private keys of the first two epochs there, and one of 2,048 bit. */
export const organisationVectors = ({ now, peerId: peerText }, keys) => {
  const [person, rsa, weak] = keys.map(rsaKey);
  const [from, to] = [now - 30 * DAY, now + 300 * DAY];
  const known = {};
  /** An authority by its name: key, subject and certificate. */
  const authority = (name, key, by, serial, extensions, more = {}) => {
    const subject = more.subject ?? nameOf({ common: name });
    const own = { key, subject };
    known[name] = certificate({ by: by ?? own, subject, spki: key.spki, serial, from, to, extensions, ...more });
    return own;
  };
  const root = authority('root', edKey(1), undefined, 1, [ca(), usage(0x06), subjectKeyId(counting(1, 20))]);
  const rsaRoot = authority('RSA root', rsa, undefined, 2, [ca()], { subject: nameOf({ organisation: 'RSA root' }) });
  const p256Root = authority('P-256 root', ecKey('p256', 2), undefined, 3, [ca(), usage(0x06), purposes(PURPOSE.email)]);
  const p384Root = authority('P-384 root', ecKey('p384', 3), undefined, 4, [ca(), usage(0x04), purposes(PURPOSE.server, PURPOSE.any)]);
  const shortRoot = authority('short root', edKey(4), undefined, 5, [ca(0), usage(0x06)]);
  const issuing = authority('issuing', edKey(5), root, 6, [ca(0), usage(0x86), subjectKeyId(counting(5, 20)), authorityKeyId(counting(1, 20)), unknown(false)]);
  authority('issuing, by the RSA root', issuing.key, rsaRoot, 7, [ca(0), usage(0x86)], { subject: issuing.subject });
  const upper = authority('upper', edKey(6), root, 8, [ca(), usage(0x04)], { to: now + 10 * DAY });
  const middle = authority('middle', edKey(7), upper, 9, [ca(), usage(0x04)]);
  const lower = authority('lower', edKey(8), middle, 10, [ca(), usage(0x04)]);
  const underShort = authority('under the short root', edKey(9), shortRoot, 11, [ca(), usage(0x04)]);
  const silent = authority('no lists', edKey(10), root, 12, [ca(), usage(0x04)]);

  // At each bound.
  const unknowns = (count) => Array.from({ length: count }, (_, at) => ext(oid(`1.3.6.1.4.1.55555.${at + 1}`), der(0x05)));
  authority('32 extensions', edKey(11), undefined, 13, [ca(), ...unknowns(31)]);
  authority('a name of 32 parts', edKey(12), undefined, 14, [ca()], { subject: sequence(...Array.from({ length: 32 }, () => nameOf({ common: 'x' }).subarray(2))) });
  authority('a serial of 20 bytes', edKey(13), undefined, counting(0x7f, 20), [ca()]);
  authority('one of 20 bytes that needs a zero in front', edKey(14), undefined, counting(0xff, 20), [ca()]);
  authority('in force for a second', edKey(15), undefined, 15, [ca()], { from, to: from });

  const vera = nameOf({ common: 'Vera', userId: peerText });
  const leaf = (by, serial, more = {}) => certificate({ by, subject: vera, spki: person.spki, serial, from: now - DAY, to: now + 200 * DAY, extensions: [usage(0x80)], ...more });
  const leaves = {
    'by the RSA root': leaf(rsaRoot, 20), 'by the P-256 root': leaf(p256Root, 21), 'by the P-384 root': leaf(p384Root, 22), 'by the short root': leaf(shortRoot, 23), issued: leaf(issuing, 24), 'by the middle one': leaf(middle, 25), 'by the lower one': leaf(lower, 26), 'under the short root': leaf(underShort, 27),
    'named by a URI alone': leaf(issuing, 28, { subject: nameOf({ organisation: 'Post', unit: 'Desk 3', userId: 'vera77' }), extensions: [uris('https://post.example', `keyshift:${peerText}`), purposes(PURPOSE.client)] }),
    'no extension': leaf(rsaRoot, 29, { extensions: [] }), 'of another key identifier': leaf(issuing, 30, { extensions: [authorityKeyId(counting(6, 20))] }), 'signed by another key of that name': leaf({ ...root, key: lower.key }, 31), 'by the root': leaf(root, 32), '16 purposes': leaf(root, 33, { extensions: [purposes(...Array.from({ length: 16 }, () => PURPOSE.client))] }), '32 names': leaf(root, 34, { extensions: [uris(...Array.from({ length: 31 }, () => 'https://x.example'), `keyshift:${peerText}`)] }), '16 KiB': filledTo(16_384, (size) => leaf(root, 35, { extensions: [ext(oid('1.3.6.1.4.1.55555.1'), Buffer.alloc(size))] })),
  };
  const at = { early: now - 5 * DAY, now: now - DAY, later: now };
  const lists = {
    'issuing 1': revocations({ by: issuing, at: at.now, next: now + DAY, number: integer(1), entries: [entry(24, at.early)] }), 'issuing, another serial': revocations({ by: issuing, at: at.now, number: integer(2), entries: [entry(124, at.early), entry(25, at.early, ext(EXTENSION.reason, der(0x0a, Buffer.of(1)), true), ext(EXTENSION.invalidity, der(0x18, '20260101000000Z')))] }),
    'root, over since': revocations({ by: root, at: at.early, next: at.now, number: integer(1), entries: [entry(6, at.early)] }), 'RSA root': revocations({ by: rsaRoot, at: at.now, entries: [entry(24, at.early)], number: integer(9) }), 'no lists': revocations({ by: silent, at: at.now, number: integer(1) }), 'of another key': revocations({ by: { ...root, key: lower.key }, at: at.now, number: integer(5) }),
    'root 1': revocations({ by: root, at: at.now, number: integer(1) }), 'root 2': revocations({ by: root, at: at.now, number: integer(2) }), 'root 3, earlier': revocations({ by: root, at: at.early, number: integer(3) }), 'root, no number': revocations({ by: root, at: at.now }), 'root, no number, later': revocations({ by: root, at: at.later }),
    'root, version 1': revocations({ by: root, at: at.now, version: Buffer.alloc(0), entries: [entry(6, at.early)] }), 'root, a number of 20 bytes': revocations({ by: root, at: at.now, number: integer(counting(0x70, 20)) }),
  };
  const path = (name, of, roots, carried, more = {}) => ({ name, leaf: of, imported: roots, carried, lists: [], at: now, until: null, ...more });
  const until = now + 200 * DAY;
  const paths = [
    path('by a root with RSA', 'by the RSA root', ['RSA root'], [], { until }), path('by a root on P-256', 'by the P-256 root', ['P-256 root'], [], { until }), path('by a root on P-384', 'by the P-384 root', ['P-384 root'], [], { until }), path('no extension at all', 'no extension', ['RSA root'], [], { until }),
    path('over an intermediate that came along', 'issued', ['root'], ['issuing'], { until }), path('over one that was imported', 'issued', ['issuing', 'root'], [], { until }), path('named by a URI', 'named by a URI alone', ['root'], ['issuing'], { until }),
    path('the intermediate is missing', 'issued', ['root'], []), path('the root only came along', 'issued', [], ['issuing', 'root']), path('intermediates alone were imported', 'issued', ['issuing'], []), path('another root', 'issued', ['RSA root'], ['issuing']),
    path('three authorities, in any order', 'by the middle one', ['root'], ['middle', 'upper'], { until: now + 10 * DAY }), path('four', 'by the lower one', ['root'], ['lower', 'middle', 'upper']), path('over three of which one is over', 'by the middle one', ['root'], ['upper', 'middle'], { at: now + 10 * DAY + 1 }),
    path('directly under a root that allows no other', 'by the short root', ['short root'], [], { until }), path('one more than the root allows', 'under the short root', ['short root'], ['under the short root']),
    path('another key identifier', 'of another key identifier', ['root'], ['issuing']), path('another key of the same name', 'signed by another key of that name', ['root'], []),
    path('in the first moment', 'by the root', ['root'], [], { at: now - DAY, until }), path('a moment before', 'by the root', ['root'], [], { at: now - DAY - 1 }), path('in the last moment', 'by the root', ['root'], [], { at: until, until }), path('a moment later', 'by the root', ['root'], [], { at: until + 1 }),
    path('taken back', 'issued', ['root'], ['issuing'], { lists: ['issuing 1'] }), path('another one was taken back', 'issued', ['root'], ['issuing'], { lists: ['issuing, another serial'], until }), path('the intermediate was taken back, by a list past its next update', 'issued', ['root'], ['issuing'], { lists: ['root, over since'] }),
    path('another authority took back its own certificate of that number', 'issued', ['root', 'RSA root'], ['issuing'], { lists: ['RSA root'], until }), path('two ways up, of which one was taken back', 'issued', ['root', 'RSA root'], ['issuing', 'issuing, by the RSA root'], { lists: ['root, over since'], until }), path('by a list of version 1', 'issued', ['root'], ['issuing'], { lists: ['root, version 1'] }),
  ];
  const counts = (list, of, so) => ({ list, authority: of, counts: so });
  const replaced = (next, before, so) => ({ next, known: before, replaces: so });
  const text = (all) => Object.fromEntries(Object.entries(all).map(([name, bytes]) => [name, bytes.toString('hex')]));
  return {
    now, peerId: peerText, spki: createPublicKey(keys[0]).export({ format: 'der', type: 'spki' }).toString('hex'),
    authorities: text(known), leaves: text(leaves), lists: text(lists), paths,
    listsOf: [counts('root 1', 'root', true), counts('RSA root', 'RSA root', true), counts('issuing 1', 'issuing', true), counts('issuing 1', 'issuing, by the RSA root', true), counts('root 1', 'issuing', false), counts('no lists', 'no lists', false), counts('of another key', 'root', false)],
    replacing: [
      replaced('root 2', 'root 1', true), replaced('root 1', 'root 1', false), replaced('root 1', 'root 2', false), replaced('root 3, earlier', 'root 2', false), replaced('root, no number, later', 'root 2', false), replaced('root 1', 'root, no number', true), replaced('root, no number, later', 'root, no number', true), replaced('root, no number', 'root, no number', false), replaced('root, a number of 20 bytes', 'root 2', true), replaced('root 2', 'root, a number of 20 bytes', false),
    ],
    bad: text2(badOnes({ root, issuing, leaf, weak, certificate: (more) => certificate({ by: root, subject: nameOf({ common: 'Bad' }), spki: lower.key.spki, serial: 60, from, to, extensions: [ca(), usage(0x06)], ...more }), list: (more) => revocations({ by: root, at: at.now, number: integer(1), ...more }), peerText, now, other: rsa.spki })),
  };
};
/** Made again with an extension so long that the whole has this length. */
const filledTo = (length, make) => make(15_000 + length - make(15_000).length);
/** As what the calls refuse it that take such a certificate or list from the person. */
const CODES = { authorities: 'authority.unacceptable', leaves: 'endorsement.unacceptable', lists: 'revocations.unacceptable' };
const codeOf = (kind, name) => (kind === 'leaves' && name === 'another key' ? 'endorsement.other-key' : CODES[kind]);
const text2 = (all) => Object.fromEntries(Object.entries(all).map(([kind, ones]) => [kind, Object.entries(ones).map(([name, bytes]) => ({ name, code: codeOf(kind, name), bytes: bytes.toString('hex') }))]));

/** All signed as they stand: only what is named is wrong. */
const badOnes = ({ root, issuing, leaf, weak, certificate: authority, list, peerText, now, other }) => {
  const stranger = base32(fromBase32(peerText).map((byte) => byte ^ 1));
  const again = (count, one) => Array.from({ length: count }, () => one);
  const numbered = (count) => Array.from({ length: count }, (_, at) => ext(oid(`1.3.6.1.4.1.55555.${at + 2}`), der(0x05)));
  return {
    authorities: {
      'no cA': authority({ extensions: [usage(0x06)] }), 'cA written as no': authority({ extensions: [ext(EXTENSION.basicConstraints, sequence(der(0x01, Buffer.of(0))), true)] }), 'a limit and no cA': authority({ extensions: [ext(EXTENSION.basicConstraints, sequence(integer(0)), true)] }),
      'a key that is not for certificates': authority({ extensions: [ca(), usage(0x80)] }), 'for servers alone': authority({ extensions: [ca(), purposes(PURPOSE.server)] }), 'no name': authority({ subject: nameOf({ userId: 'x' }) }), 'a name of nothing to be seen': authority({ subject: nameOf({ common: '\u200b\u202e ' }) }), 'a key on another curve': authority({ spki: strangeSpki }), 'a key of 2,048 bit': authority({ spki: weak.spki }), 'a usage with eight bits unused': authority({ extensions: [ca(), ext(EXTENSION.keyUsage, der(0x03, Buffer.of(8, 6)), true)] }), 'a usage of nothing': authority({ extensions: [ca(), ext(EXTENSION.keyUsage, der(0x03), true)] }),
      'version 2': authority({ version: der(0xa0, integer(1)) }), 'unique ids': authority({ behind: [der(0x81, Buffer.of(0, 1))] }), 'a serial of 21 bytes': authority({ serialDer: integer(counting(1, 21)) }), 'a negative serial': authority({ serialDer: der(0x02, Buffer.of(0x80)) }), 'a serial with a zero too much': authority({ serialDer: der(0x02, Buffer.of(0, 1)) }),
      'an unknown critical extension': authority({ extensions: [ca(), unknown(true)] }), 'limited to names, not critical': authority({ extensions: [ca(), ext(EXTENSION.nameConstraints, sequence())] }), 'an extension twice': authority({ extensions: [ca(), usage(0x06), usage(0x06)] }), '33 extensions': authority({ extensions: [ca(), ...numbered(32)] }),
      'a critical flag that is no': authority({ extensions: [ca(), sequence(oid('1.3.6.1.4.1.55555.1'), der(0x01, Buffer.of(0)), der(0x04, der(0x05)))] }), 'over before it begins': authority({ from: now, to: now - 1000 }), 'a date of 2030 as a GeneralizedTime': authority({ dates: sequence(time(now), der(0x18, '20300101000000Z')) }), 'the 31st of February': authority({ dates: sequence(time(now), der(0x17, '300231000000Z')) }),
      'SHA-1': authority({ inner: SHA1_RSA }), 'two algorithms': authority({ outer: ALGORITHM.rsaSha256 }), 'something behind': cat(authority({}), Buffer.of(0)), 'a name of 33 parts': authority({ subject: sequence(...again(33, nameOf({ common: 'x' }).subarray(2))) }), 'a root that another key signed': authority({ by: { ...root, key: issuing.key }, subject: root.subject }),
    },
    leaves: {
      'another key': leaf(root, 40, { spki: other }), 'another person': leaf(root, 41, { subject: nameOf({ common: 'Vera', userId: stranger }) }), 'no person': leaf(root, 42, { subject: nameOf({ common: 'Vera' }) }), 'this person and another': leaf(root, 43, { extensions: [uris(`keyshift:${stranger}`)] }), 'a peer id in capital letters': leaf(root, 44, { subject: nameOf({ common: 'Vera', userId: peerText.toUpperCase() }) }),
      'a limit and no cA': leaf(root, 53, { extensions: [ext(EXTENSION.basicConstraints, sequence(integer(0)), true)] }), 'an authority': leaf(root, 45, { extensions: [ca()] }), 'a key for certificates': leaf(root, 46, { extensions: [usage(0x84)] }), 'a key that is not for signatures': leaf(root, 47, { extensions: [usage(0x20)] }), 'for servers alone': leaf(root, 48, { extensions: [purposes(PURPOSE.server)] }), 'by its own name': leaf({ ...root, subject: nameOf({ common: 'Vera', userId: peerText }) }, 49),
      '17 purposes': leaf(root, 50, { extensions: [purposes(...again(17, PURPOSE.client))] }), '33 names': leaf(root, 51, { extensions: [uris(...again(32, 'https://x.example'), `keyshift:${peerText}`)] }), 'a byte more than 16 KiB': filledTo(16_385, (size) => leaf(root, 52, { extensions: [ext(oid('1.3.6.1.4.1.55555.1'), Buffer.alloc(size))] })),
    },
    lists: {
      'for a part of the certificates': list({ extensions: [ext(oid('2.5.29.28'), sequence(der(0x81, Buffer.of(0xff))), true)] }), 'of changes': list({ extensions: [ext(oid('2.5.29.27'), integer(1), true)] }), 'an entry for another issuer': list({ entries: [entry(1, now, ext(oid('2.5.29.29'), sequence(), true))] }), 'a number twice': list({ extensions: [ext(EXTENSION.number, integer(1))] }),
      'a number of 21 bytes': list({ number: integer(counting(1, 21)) }), 'a negative number': list({ number: der(0x02, Buffer.of(0x80)) }), 'version 3': list({ version: integer(2) }), 'no date': list({ at: undefined }), 'an entry without a date': list({ entries: [sequence(integer(1))] }), 'a serial with a zero too much': list({ entries: [sequence(der(0x02, Buffer.of(0, 1)), time(now))] }), 'a negative serial': list({ entries: [sequence(der(0x02, Buffer.of(0x80)), time(now))] }),
      'two algorithms': list({ outer: ALGORITHM.rsaSha256 }), SHA1: list({ inner: SHA1_RSA }), 'extensions, and version 1': list({ version: Buffer.alloc(0) }), 'something behind': list({ behind: [der(0x05)] }), 'a byte behind': cat(list({}), Buffer.of(0)),
    },
  };
};

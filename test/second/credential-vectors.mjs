/** The part of certificates.json in test/vectors about what an identity key signs for devices (docs/protocol.md §2): chains with one part that is another one, signed as it stands and named by a list that fits it. */
import { consent, makeChain } from './credentials.mjs';
import { edSign, kemPublic } from './crypto.mjs';
import { der } from './der.mjs';
import { counting, DAY, extension, extensions, likeGood } from './vera.mjs';

/** `vectors`, and what else is made of the same parts. */
export const credentialVectors = (vera) => {
  const { now, peerId, keys, ofBits, certificate, device, exchange, row, list, otherPerson } = vera;
  const [first, second, , , , stranger] = keys;
  const [desk, pocket, archive] = [device(0x10), device(0x30, { roles: 2 }), device(0x50, { roles: 4 })];
  const good = { identity: certificate(), list: list([desk, pocket, archive].map((one) => row(one))), instance: desk.credential, exchange: exchange(), issuer: Buffer.alloc(0) };
  const chains = [];
  const chain = (name, more, parts = {}) => chains.push({ name, ...more, parts: Object.fromEntries(Object.entries(parts).map(([kind, bytes]) => [kind, likeGood(good[kind], bytes)])) });
  const rows = (change = {}, to = desk) => [desk, pocket, archive].map((one) => row(one, one === to ? change : {}));
  /** A desk of another kind, on a list that names it. */
  const withDesk = (change, entry = {}, more = {}) => {
    const other = device(0x10, change);
    return { list: list([row(other, entry), row(pocket), row(archive)], more), instance: other.credential };
  };
  const ok = (name, parts, more = {}) => chain(name, more, parts);
  const no = (name, parts, more = {}) => chain(name, { code: 'key.unacceptable', ...more }, parts);
  const kem = (change) => { const key = Buffer.from(kemPublic(counting(0x11, 32))); change(key); return key; };
  const unusable = { 'a coefficient of 3329': kem((key) => key.writeUIntLE(3329, 0, 3)), 'a last coefficient of 3329': kem((key) => key.writeUIntLE(3329 * 4096, 1149, 3)), 'no lattice part': kem((key) => key.fill(0, 0, 1152)), 'a share of zeros': kem((key) => key.fill(0, 1184)) };
  const bound = { 'another person': { id: otherPerson }, 'another key': { hash: second.hash }, 'another epoch': { epoch: 2 } };

  ok('as it is', {});
  ok('the exchange key issued by another device', { exchange: exchange({ by: pocket }), issuer: pocket.credential });
  ok('a device name of 128 bytes', withDesk({ name: 'n'.repeat(128) }));
  ok('a device without a name', withDesk({ name: '' }));
  ok('counter-signed as earlier credentials are', withDesk({ counter: (body) => edSign(desk.seed, 'instance-counter', body) }));
  ok('all three roles', withDesk({ roles: 7 }));
  ok('a device without a role', { list: list(rows()), instance: pocket.credential });
  ok('fewer roles than the list gives', withDesk({ roles: 0 }, { roles: 3 }));
  for (const [name, who] of Object.entries(bound)) no(`a device bound to ${name}`, withDesk({ who }));
  for (const [name, kemKey] of Object.entries(unusable)) no(`a device with ${name}`, withDesk({ kemKey }));
  no('a device of another kind of statement', withDesk({ kind: 2 }));
  no('a device that a stranger signed', withDesk({ signer: stranger.signer }));
  no('a device signed for another purpose', withDesk({ label: 'exchange-credential' }));
  no('a device that did not consent', withDesk({ counter: () => consent(pocket.seed, peerId, desk.signingKey, kemPublic(counting(0x11, 32))) }));
  no('consent to be another person’s', withDesk({ counter: () => consent(desk.seed, otherPerson, desk.signingKey, kemPublic(counting(0x11, 32))) }));
  no('consent with another key', withDesk({ counter: () => consent(desk.seed, peerId, desk.signingKey, kemPublic(counting(0x12, 32))) }));
  no('a signing key of small order', withDesk({ signingKey: Buffer.alloc(32), counter: () => Buffer.alloc(64) }));
  no('role 8', withDesk({ roles: 8 }, { roles: 7 }));
  no('a device name of 129 bytes', withDesk({ name: 'n'.repeat(129) }));
  no('a device name that is no UTF-8', withDesk({ name: Buffer.of(0xc3, 0x28) }));
  no('a byte behind the body of a device', withDesk({ more: Buffer.of(0) }));
  no('a byte behind a device', withDesk({ behind: Buffer.of(0) }));
  no('a device of a later list', withDesk({ least: 2 }));
  no('an end of a device before its beginning', withDesk({ to: now - 1 }));
  ok('a device that begins in 30 days', withDesk({ from: now + 30 * DAY }));
  no('a device that begins a moment later', withDesk({ from: now + 30 * DAY + 1 }));
  ok('a device that ended a year ago', withDesk({ from: now - 800 * DAY, to: now - 400 * DAY }));
  ok('dates up to 2^53 − 1', withDesk({ to: 2 ** 53 - 1 }));
  no('dates above', withDesk({ dates: Buffer.from('00000000000000000020000000000000', 'hex') }));

  no('a device that is not on the list', { list: list([row(device(0x10), { instanceId: counting(1, 16) }), row(pocket)]) });
  no('another credential of the device on the list', { list: list(rows({ hash: counting(0, 32) })) });
  no('a role that the list does not give', { list: list([row(desk, { roles: 1 }), row(pocket), row(archive)]) });
  no('a suspended device', { list: list(rows({ state: 2 })) });
  no('a retired device', { list: list([row(desk, { state: 1 }), row(pocket, { roles: 3 }), row(archive)]) });
  ok('a suspended certifier, seen from another device', { list: list(rows({ state: 2 })), instance: pocket.credential });
  for (const [name, who] of Object.entries(bound)) no(`a list bound to ${name}`, { list: list(rows(), { who }) });
  no('a list of another kind of statement', { list: list(rows(), { kind: 1 }) });
  no('a list that a stranger signed', { list: list(rows(), { signer: stranger.signer }) });
  no('a list signed for another purpose', { list: list(rows(), { label: 'instance-credential' }) });
  no('version 0', { list: list(rows(), { version: 0 }) });
  const many = (count) => [...rows(), ...Array.from({ length: count - 3 }, (_, at) => ({ instanceId: counting(0x80 + at, 16), hash: counting(at, 32), roles: 0, state: 0 }))];
  ok('32 devices', { list: list(many(32)) });
  no('33 devices', { list: list(many(33)) });
  no('no device', { list: list([]) });
  no('a device too few for the count', { list: list(rows(), { count: 4 }) });
  no('a byte behind the rows', { list: list(rows(), { more: Buffer.of(0) }) });
  no('a byte behind a list', { list: list(rows(), { behind: Buffer.of(0) }) });
  no('rows out of order', { list: list(rows(), { sorted: rows().toSorted((a, b) => Buffer.compare(b.instanceId, a.instanceId)) }) });
  no('a row twice', { list: list([...rows(), row(archive)]) });
  no('two certifiers', { list: list(rows({ roles: 3 }, pocket)) });
  no('two certifiers of which one is suspended', { list: list(rows({ roles: 3, state: 2 }, pocket)) });
  ok('two certifiers of which one is retired', { list: list(rows({ roles: 3, state: 1 }, pocket)) });
  no('no certifier', { ...withDesk({ roles: 2 }) });
  no('a certifier that is retired alone', { list: list([row(desk, { state: 1 }), row(pocket), row(archive)]), instance: pocket.credential });
  no('state 3', { list: list(rows({ state: 3 }, archive)) });
  no('role 8 on a list', { list: list(rows({ roles: 12 }, archive)) });

  for (const [name, who] of Object.entries(bound)) no(`an exchange key bound to ${name}`, { exchange: exchange({ who }) });
  for (const [name, kemKey] of Object.entries(unusable)) no(`an exchange key with ${name}`, { exchange: exchange({ kemKey }) });
  no('an exchange key of another kind of statement', { exchange: exchange({ kind: 1 }) });
  no('an exchange key that a stranger signed', { exchange: exchange({ signer: stranger.signer }) });
  no('an exchange key signed for another purpose', { exchange: exchange({ label: 'instance-credential' }) });
  no('issuer 2', { exchange: exchange({ issuer: 2 }) });
  no('issued by the identity, and a device named', { exchange: exchange({ issuerId: counting(0, 16) }) });
  no('issued by a device that is not there', { exchange: exchange({ by: pocket }) });
  no('issued by a device without the role', { exchange: exchange({ by: archive }), issuer: archive.credential });
  no('issued by a device on paper, signed by the identity', { exchange: exchange({ issuer: 1, issuerId: desk.instanceId }) });
  no('signed by another device than it names', { exchange: exchange({ by: { ...pocket, seed: desk.seed } }), issuer: pocket.credential });
  no('an exchange key of a later list', { exchange: exchange({ least: 2 }) });
  no('a byte behind the body of an exchange key', { exchange: exchange({ more: Buffer.of(0) }) });
  no('a byte behind an exchange key', { exchange: exchange({ behind: Buffer.of(0) }) });
  no('an end of an exchange key before its beginning', { exchange: exchange({ from: now, to: now - 1 }) });
  ok('an exchange key that ended 30 days ago', { exchange: exchange({ from: now - 40 * DAY, to: now - 30 * DAY }) });
  no('one that ended a moment before', { exchange: exchange({ from: now - 40 * DAY, to: now - 30 * DAY - 1 }) });
  ok('an exchange key that begins in 30 days', { exchange: exchange({ from: now + 30 * DAY, to: now + 31 * DAY }) });
  no('one that begins a moment later', { exchange: exchange({ from: now + 30 * DAY + 1, to: now + 31 * DAY }) });

  const issued = (change, entry = {}) => {
    const other = device(0x30, { roles: 2, ...change });
    return { list: list([row(desk), row(other, entry), row(archive)]), exchange: exchange({ by: other }), issuer: other.credential };
  };
  no('an issuer that a stranger signed', issued({ signer: stranger.signer }));
  no('an issuer bound to another epoch', issued({ who: bound['another epoch'] }));
  no('an issuer that did not consent', issued({ counter: () => desk.credential.subarray(-64) }));
  no('an issuer of a later list', issued({ least: 2 }));
  no('an issuer that begins in more than 30 days', issued({ from: now + 30 * DAY + 1 }));
  no('an issuer that ends before it begins', issued({ to: now - 1 }));
  no('an issuer with a share of zeros', issued({ kemKey: unusable['a share of zeros'] }));
  no('an issuer that is suspended', issued({}, { state: 2 }));
  no('an issuer of which the list names another credential', issued({}, { hash: counting(0, 32) }));
  ok('an issuer that ended a year ago', issued({ from: now - 800 * DAY, to: now - 400 * DAY }));

  ok('a certificate that ended 30 days ago', { identity: certificate({ from: now - 90 * DAY, to: now - 30 * DAY }) });
  no('one that ended a second before', { identity: certificate({ from: now - 90 * DAY, to: now - 30 * DAY - 1000 }) });
  ok('the same between devices of one person', { identity: certificate({ from: now - 90 * DAY, to: now - 30 * DAY - 1000 }) }, { lapsed: true });
  ok('a certificate that begins in 30 days', { identity: certificate({ from: now + 30 * DAY }) });
  no('one that begins a second later', { identity: certificate({ from: now + 30 * DAY + 1000, to: now + 90 * DAY }) });
  no('a certificate that ends before it begins', { identity: certificate({ to: now - 1000 }) });
  no('more than 12 KiB', { identity: certificate({ listed: extensions({ more: [extension('1.3.6.1.4.1.55555.1', der(0x04, Buffer.alloc(6500)))] }) }), issuer: pocket.credential });
  ok('the pinned key', {}, { pinned: first.hash.toString('hex') });
  no('another one is pinned', {}, { pinned: second.hash.toString('hex'), code: 'contact.key-mismatch' });

  // A later key, whose peer id nothing in the chain proves.
  const after = { who: { by: second }, signer: second.signer };
  const laterDesk = device(0x10, after);
  const later = { identity: certificate({ by: second }), list: list([row(laterDesk)], after), instance: laterDesk.credential, exchange: exchange(after) };
  ok('a second key that is pinned', later, { pinned: second.hash.toString('hex') });
  no('a second key that nobody knows', later);

  // The largest parts there are: 32 devices, a name of 128 bytes, signatures of 512.
  const large = { who: { by: ofBits(4096) }, signer: ofBits(4096).signer };
  const largeDesk = device(0x10, { ...large, name: 'n'.repeat(128) });
  const largeRows = [row(largeDesk), ...Array.from({ length: 31 }, (_, at) => ({ instanceId: counting(0x80 + at, 16), hash: counting(at, 32), roles: 0, state: 0 }))];
  const largest = { identity: certificate({ by: ofBits(4096) }), list: list(largeRows, large), instance: largeDesk.credential, exchange: exchange(large) };
  ok('a key of 4,096 bit and 32 devices', largest, { pinned: ofBits(4096).hash.toString('hex') });
  ok('an issuer of the same', { ...largest, list: list([...largeRows.slice(0, -1), row(device(0x30, { ...large, roles: 2 }))], large), exchange: exchange({ ...large, by: device(0x30, { ...large, roles: 2 }) }), issuer: device(0x30, { ...large, roles: 2 }).credential }, { pinned: ofBits(4096).hash.toString('hex') });

  const bytes = makeChain(good);
  const layout = (name, how) => ({ name, ...how });
  const vectors = {
    good: Object.fromEntries(Object.entries(good).map(([kind, part]) => [kind, part.toString('hex')])), chains,
    /** Changes to the bytes of the good chain (`changed`). */
    layouts: [layout('a byte behind', { more: '00' }), layout('a byte less', { cut: 1 }), layout('no issuer’s length', { cut: 4 }), layout('the certificate alone', { cut: bytes.length - 4 - good.identity.length })],
  };
  return { vectors, made: { ...good, desk, pocket, later, laterDesk, second, suspendedList: list(rows({ state: 2 })) } };
};

/** The person whose papers the vectors of docs/protocol.md §2 hold, with every part of each paper free to be another one: what is signed is signed as it stands. */
import { createPublicKey, sign } from 'node:crypto';
import { base32, cat, fromBase32, lp, u8, u16, u32, u64 } from './bytes.mjs';
import { subjectOf } from './certificate.mjs';
import { consent } from './credentials.mjs';
import { edPublic, edSign, H, instanceIdOf, kemPublic, rsaSign } from './crypto.mjs';
import { der, integer, oid, sequence, time } from './der.mjs';

export const DAY = 86_400_000;
export const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
export const YES = der(0x01, Buffer.of(0xff));
export const rsaWith = (last, parameters = der(0x05)) => sequence(oid(`1.2.840.113549.1.1.${last}`), parameters);
export const extension = (id, value, flag = Buffer.alloc(0)) => sequence(oid(id), flag, der(0x04, value));
export const OIDS = { basic: '2.5.29.19', usage: '2.5.29.15', epoch: '2.25.49017952653411.1', recovery: '2.25.49017952653411.2' };
/** The four of a certificate, each of which may be another or none. */
export const extensions = ({ epoch = 1, recovery, more = [], basic = extension(OIDS.basic, sequence(), YES), usage = extension(OIDS.usage, der(0x03, Buffer.of(7, 0x80)), YES), epochDer = extension(OIDS.epoch, integer(epoch)) }) =>
  sequence(basic, usage, epochDer, ...(recovery ? [extension(OIDS.recovery, der(0x04, recovery))] : []), ...more);

const keyOf = (key, at) => {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { key, spki, hash: H(spki), epoch: at + 1, signer: { key, salt: counting(at, 32) } };
};

/** `vectors`: identity.json; `privateKeys`: Node's private keys of its epochs, and one of a stranger behind them; `lengths`: others, by their bits. */
export const personOf = ({ now, peerId: peerText, recovery }, privateKeys, lengths) => {
  const keys = privateKeys.map(keyOf);
  const ofBits = (bits) => keyOf(lengths[bits], 1);
  const [first] = keys;
  const peerId = fromBase32(peerText);
  const named = (name, id = peerId) => subjectOf(name, id);

  const certificate = ({
    by = first, name = 'Vera', id = peerId, subject = named(name, id), issuer = subject, serial = der(0x02, counting(0x41, 16)), version = der(0xa0, integer(2)), inner = rsaWith(11), outer = inner, hash = 'sha256',
    from = now, to = now + 90 * DAY, dates = sequence(time(from), time(to)), spki = by.spki, behind = Buffer.alloc(0), unused = 0, signer = by.key, listed, extras = der(0xa3, listed ?? extensions({ epoch: by.epoch, recovery: Buffer.from(recovery.hash, 'hex') })), after = Buffer.alloc(0),
  } = {}) => {
    const body = sequence(version, serial, inner, issuer, dates, subject, spki, extras, behind);
    return cat(sequence(body, outer, der(0x03, Buffer.of(unused), sign(hash, body, signer))), after);
  };

  const binding = (kind, { id = peerId, hash = first.hash, epoch = 1, by } = {}) => cat(u8(kind), by ? peerId : id, by?.hash ?? hash, u32(by?.epoch ?? epoch));
  const device = (start, {
    kind = 1, who = {}, seed = counting(start, 32), signingKey = edPublic(seed), kemKey = kemPublic(counting(start + 1, 32)), from = now, to = now + 365 * DAY, roles = 3, name = 'desk', least = 1, label = 'instance-credential', signer = first.signer,
    counter = () => consent(seed, peerId, signingKey, kemKey), more = Buffer.alloc(0), behind = Buffer.alloc(0), dates = cat(u64(from), u64(to)),
  } = {}) => {
    const body = cat(binding(kind, who), signingKey, kemKey, counting(start + 2, 16), dates, u8(roles), lp(name), u32(least), more);
    const credential = cat(lp(body), lp(rsaSign(signer, label, body)), counter(body), behind);
    return { seed, signingKey, instanceId: instanceIdOf(signingKey), credential, roles };
  };
  const exchange = ({ kind = 2, who = {}, kemKey = kemPublic(counting(0x70, 32)), from = now, to = now + 7 * DAY, issuer = 0, issuerId = Buffer.alloc(16), least = 1, label = 'exchange-credential', by, signer = first.signer, more = Buffer.alloc(0), behind = Buffer.alloc(0) } = {}) => {
    const body = cat(binding(kind, who), kemKey, counting(0x71, 16), u64(from), u64(to), u8(by ? 1 : issuer), by?.instanceId ?? issuerId, u32(least), more);
    return cat(lp(body), lp(by ? edSign(by.seed, label, body) : rsaSign(signer, label, body)), behind);
  };
  const row = ({ instanceId, credential, roles }, more = {}) => ({ instanceId, hash: H(credential), roles, state: 0, ...more });
  const list = (rows, { kind = 3, who = {}, version = 1, count = rows.length, sorted = rows.toSorted((a, b) => Buffer.compare(a.instanceId, b.instanceId)), label = 'instance-list', signer = first.signer, more = Buffer.alloc(0), behind = Buffer.alloc(0) } = {}) => {
    const body = cat(binding(kind, who), u32(version), u64(now), u16(count), ...sorted.map((one) => cat(one.instanceId, one.hash, u8(one.roles), u8(one.state))), more);
    return cat(lp(body), lp(rsaSign(signer, label, body)), behind);
  };

  const link = (from, to, { id = peerId, oldEpoch = from.epoch, oldHash = from.hash, epoch = to.epoch, spki = to.spki, purpose = 0, label = 'rekey', oldSigner = from.signer, newSigner = to.signer, more = Buffer.alloc(0), behind = Buffer.alloc(0) } = {}) => {
    const body = cat(id, u32(oldEpoch), oldHash, u32(epoch), lp(spki), u64(now), u8(purpose), more);
    return cat(lp(body), lp(rsaSign(oldSigner, label, body)), lp(rsaSign(newSigner, label, body)), behind);
  };
  const seed = Buffer.from(recovery.seed, 'hex');
  const statement = (to, { id = peerId, named: naming = seed, signer = naming, epoch = to.epoch, spki = to.spki, revoked = [], count = revoked.length, label = 'recovery', newSigner = to.signer, more = Buffer.alloc(0), behind = Buffer.alloc(0), short = 0 } = {}) => {
    const body = cat(id, edPublic(naming), u32(epoch), lp(spki), u8(count), ...revoked, u64(now), more);
    return cat(lp(body), lp(edSign(signer, label, body).subarray(short)), lp(rsaSign(newSigner, label, body)), behind);
  };
  const elements = (...all) => cat(u16(all.length), ...all.map(([kind, bytes]) => cat(u8(kind), lp(bytes))));
  return { now, peerId, peerText, keys, ofBits, named, certificate, device, exchange, row, list, link, statement, elements, otherPerson: fromBase32(base32(peerId.map((byte) => byte ^ 1))) };
};

/** Hexadecimal, with long rows of zeros told by their count. Looked for among the bytes: an expression that also has to see that a row begins with a whole byte looks back to the beginning at every place. */
const short = (bytes) => {
  let [text, told] = ['', 0];
  for (let from = bytes.indexOf(0); from !== -1; ) {
    let to = from + 1;
    while (bytes[to] === 0) to += 1;
    if (to - from >= 64) {
      text += `${bytes.toString('hex', told, from)}(00*${to - from})`;
      told = to;
    }
    from = bytes.indexOf(0, to);
  }
  return text + bytes.toString('hex', told);
};
/** How many bytes in front are those of the good one, and the rest. */
export const likeGood = (good, bytes) => {
  let same = 0;
  while (same < bytes.length && bytes[same] === good[same]) same += 1;
  return { same, bytes: short(bytes.subarray(same)) };
};

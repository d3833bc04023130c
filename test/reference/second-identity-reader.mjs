/** What docs/protocol.md §2 says of identity keys that follow each other, read like messages in second-reader.mjs: from the document alone. */
import { constants, verify, X509Certificate } from 'node:crypto';
import { base32, fields, hash, label, mustBeSigned, readChain } from './second-reader.mjs';

const cat = (...parts) => Buffer.concat(parts);
const contains = (hashes, wanted) => hashes.some((each) => each.equals(wanted));

function must(fact, what) {
  if (!fact) throw new Error(`not as written: ${what}`);
}

function mustBeSignedByRsa(purpose, spki, body, signature) {
  must(verify('sha256', cat(label(purpose), body), { key: spki, format: 'der', type: 'spki', padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature), `${purpose} is signed`);
}

export function readLink(bytes) {
  const outer = fields(bytes);
  const [body, oldSignature, newSignature] = [outer.lp(0, 4096), outer.lp(0, 512), outer.lp(0, 512)];
  outer.end();
  const from = fields(body);
  const link = { peerId: from.take(32), oldEpoch: from.number(4), oldSpkiHash: from.take(32), epoch: from.number(4), spki: from.lp(0, 1024), time: from.number(8), purpose: ['routine', 'compromise'][from.number(1)] };
  from.end();
  must(link.purpose && link.oldEpoch > 0 && link.epoch > link.oldEpoch, 'a step to a later key');
  mustBeSignedByRsa('rekey', link.spki, body, newSignature);
  return { ...link, by: (spki) => mustBeSignedByRsa('rekey', spki, body, oldSignature) };
}

export function readRecovery(bytes) {
  const outer = fields(bytes);
  const [body, byRecovery, byNew] = [outer.lp(0, 4096), outer.lp(64, 64), outer.lp(0, 512)];
  outer.end();
  const from = fields(body);
  const start = { peerId: from.take(32), recoveryKey: from.take(32), epoch: from.number(4), spki: from.lp(0, 1024) };
  const revoked = Array.from({ length: from.number(1) }, () => from.take(32));
  const time = from.number(8);
  from.end();
  must(start.epoch >= 2 && revoked.length <= 64 && revoked.every((each, at) => at === 0 || Buffer.compare(revoked[at - 1], each) < 0), 'keys in order');
  must(!contains(revoked, hash(start.spki)), 'it does not revoke its own');
  mustBeSigned('recovery', start.recoveryKey, body, byRecovery);
  mustBeSignedByRsa('recovery', start.spki, body, byNew);
  return { ...start, revoked, time };
}

/** A history, followed from its first certificate to its end. */
export function readHistory(bytes) {
  const from = fields(bytes);
  const certificate = new X509Certificate(from.lp(0, 8192));
  const elements = Array.from({ length: from.number(2) }, () => ({ kind: from.number(1), bytes: from.lp(0, 4096) }));
  from.end();
  const first = certificate.publicKey.export({ type: 'spki', format: 'der' });
  const peerId = hash(first);
  must(certificate.verify(certificate.publicKey) && certificate.subject.includes(`UID=${base32(peerId)}`) && elements.length <= 256, 'a first key that signed itself');
  const committed = committedTo(certificate.raw);
  let head = { epoch: 1, spki: first };
  let recovered = 0;
  const left = [peerId];
  const kinds = [];
  for (const { kind, bytes: element } of elements) {
    must(kind === 1 || kind === 2, 'a known kind');
    const step = kind === 1 ? readLink(element) : readRecovery(element);
    must(step.peerId.equals(peerId) && !contains(left, hash(step.spki)), 'a new key of this person');
    if (kind === 1) {
      must(step.oldEpoch === head.epoch && step.oldSpkiHash.equals(hash(head.spki)), 'the next one');
      step.by(head.spki);
    } else {
      must(step.epoch > recovered && hash(step.recoveryKey).equals(committed), 'a newer one of this recovery key');
      recovered = step.epoch;
      left.push(...step.revoked);
    }
    left.push(hash(step.spki));
    head = { epoch: step.epoch, spki: step.spki };
    kinds.push(kind);
  }
  return { peerId, epoch: head.epoch, spkiHash: hash(head.spki), recovered, kinds, committed };
}

/** A card of somebody with a later key: the history first, then the chain that it proves. */
export function readLaterCard(bytes, now) {
  const from = fields(bytes);
  const [chain, time, count] = [from.lp(0, 12 * 1024), from.number(8), from.number(1)];
  const addresses = Array.from({ length: count }, () => ({ host: from.lp(1, 253).toString('utf8'), port: from.number(2) }));
  const proven = readHistory(from.lp());
  mustBeSigned('card', readChain(chain, now, proven).signingKey, from.until(0), from.take(64));
  from.end();
  return { proven, time, addresses };
}

/** The extension with H(recovery key): OBJECT IDENTIFIER, then an OCTET STRING that holds an OCTET STRING of 32. */
function committedTo(der) {
  const oid = objectId([2n, 25n, 49_017_952_653_411n, 2n]);
  const at = der.indexOf(cat(oid, Buffer.of(0x04, 0x22, 0x04, 0x20)));
  must(at > 0, 'a recovery key is named');
  return der.subarray(at + oid.length + 4, at + oid.length + 36);
}

function objectId([first, second, ...rest]) {
  const arc = (value) => {
    const digits = [Number(value & 127n)];
    for (let left = value >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 127n) | 128);
    return digits;
  };
  const body = Buffer.from([first * 40n + second, ...rest].flatMap(arc));
  return cat(Buffer.of(0x06, body.length), body);
}

/** docs/protocol.md §2: identity keys that follow each other. */
import { base32, cat, lp, need, refuse, same, u8, u16, u32, u64, whole } from './bytes.mjs';
import { edSign, edVerify, H, rsaSign, rsaVerify } from './crypto.mjs';
import { checkSpki, readCertificate } from './certificate.mjs';

/** `from` and `to`: { privateKey, spki, epoch }. */
export const makeLink = ({ peerId, from, to, time, compromise = false }) => {
  const body = cat(peerId, u32(from.epoch), H(from.spki), u32(to.epoch), lp(to.spki), u64(time), u8(compromise ? 1 : 0));
  return cat(lp(body), lp(rsaSign(from.privateKey, 'rekey', body)), lp(rsaSign(to.privateKey, 'rekey', body)));
};
export const readLink = (bytes) =>
  whole(bytes, (reader) => {
    const [body, oldSignature, newSignature] = [reader.lp(2048), reader.lp(1024), reader.lp(1024)];
    return whole(body, (inner) => {
      const link = { kind: 1, bytes, body, oldSignature, newSignature, peerId: base32(inner.take(32)), oldEpoch: inner.u32(), oldSpkiHash: inner.take(32), epoch: inner.u32(), spki: checkSpki(inner.lp(1024)), time: inner.u64(), purpose: inner.u8() };
      need(link.oldEpoch >= 1 && link.epoch > link.oldEpoch && link.purpose <= 1, 'link');
      return link;
    });
  });

export const makeRecovery = ({ peerId, recoverySeed, recoveryKey, to, revoked, time }) => {
  const body = cat(peerId, recoveryKey, u32(to.epoch), lp(to.spki), u8(revoked.length), ...revoked.toSorted(Buffer.compare), u64(time));
  return cat(lp(body), lp(edSign(recoverySeed, 'recovery', body)), lp(rsaSign(to.privateKey, 'recovery', body)));
};
export const readRecovery = (bytes) =>
  whole(bytes, (reader) => {
    const [body, recoverySignature, newSignature] = [reader.lp(4096), reader.lp(64, 64), reader.lp(1024)];
    return whole(body, (inner) => {
      const statement = { kind: 2, bytes, body, recoverySignature, newSignature, peerId: base32(inner.take(32)), recoveryKey: inner.take(32), epoch: inner.u32(), spki: checkSpki(inner.lp(1024)), revoked: [] };
      const count = inner.u8();
      need(count <= 64 && statement.epoch >= 2, 'recovery');
      statement.revoked = inner.list(count, () => inner.take(32));
      statement.time = inner.u64();
      statement.revoked.forEach((one, at) => need(at === 0 || Buffer.compare(statement.revoked[at - 1], one) < 0, 'revoked keys out of order'));
      need(!statement.revoked.some((one) => same(one, H(statement.spki))), 'revokes its own key');
      return statement;
    });
  });

export const writeElements = (elements) => cat(u16(elements.length), ...elements.map(({ kind, bytes }) => cat(u8(kind), lp(bytes))));
export const readElements = (reader) => {
  const count = reader.u16();
  need(count <= 256, 'too many elements');
  return reader.list(count, () => {
    const kind = reader.u8();
    need(kind === 1 || kind === 2, 'element');
    return kind === 1 ? readLink(reader.lp()) : readRecovery(reader.lp());
  });
};

/** From a known key `{ peerId, spki, epoch, recoveryHash?, recoveryEpoch? }` to where the elements lead; every step is checked. */
export const follow = (from, elements) => {
  let at = { spki: from.spki, epoch: from.epoch, r: from.recoveryEpoch };
  let knownKey = from.spki;
  const passed = new Set([H(from.spki).toString('hex')]);
  const revoked = new Set();
  for (const element of elements) {
    need(element.peerId === from.peerId, 'another person');
    const name = H(element.spki).toString('hex');
    need(!passed.has(name), 'a key twice');
    if (element.kind === 1) {
      need(element.oldEpoch === at.epoch && same(element.oldSpkiHash, H(at.spki)), 'a link that does not join');
      need(rsaVerify(at.spki, 'rekey', element.oldSignature, element.body) && rsaVerify(element.spki, 'rekey', element.newSignature, element.body), 'signatures of a link');
      at = { ...at, spki: element.spki, epoch: element.epoch };
    } else {
      const revokesThis = element.revoked.some((one) => same(one, H(at.spki)));
      need(element.epoch > (at.r ?? 0) && (element.epoch > at.epoch || at.r !== undefined || revokesThis), 'a recovery that leads back');
      need(from.recoveryHash && same(H(element.recoveryKey), from.recoveryHash), 'another recovery key');
      need(edVerify(element.recoveryKey, 'recovery', element.recoverySignature, element.body) && rsaVerify(element.spki, 'recovery', element.newSignature, element.body), 'signatures of a recovery');
      for (const one of element.revoked) revoked.add(one.toString('hex'));
      at = { spki: element.spki, epoch: element.epoch, r: element.epoch };
    }
    need(!revoked.has(name), 'a key that was revoked on the way');
    passed.add(name);
    knownKey = element.spki;
  }
  return { ...at, spki: knownKey };
};

export const makeHistory = (firstCertificate, elements) => cat(lp(firstCertificate), writeElements(elements));
/** Followed from its first certificate: the key it proves for the peer id. */
export const readHistory = (bytes) =>
  whole(bytes, (reader) => {
    const first = readCertificate(reader.lp(8192));
    need(first.epoch === 1, 'history does not begin with a first key');
    const elements = readElements(reader);
    const { peerId, spki, recoveryHash } = first;
    return { first, elements, peerId, head: follow({ peerId, spki, epoch: 1, recoveryHash, recoveryEpoch: 0 }, elements) };
  });
/** Does this history prove the peer id for exactly that certificate? */
export const proves = (history, certificate) => {
  const known = readHistory(history);
  const { recoveryHash } = known.first;
  const none = Buffer.alloc(0);
  const otherRecovery = !same(certificate.recoveryHash ?? none, recoveryHash ?? none);
  if (otherRecovery) refuse('another recovery key than in the first certificate');
  return need(known.peerId === certificate.peerId && same(known.head.spki, certificate.spki) && known.head.epoch === certificate.epoch, 'the history ends elsewhere');
};

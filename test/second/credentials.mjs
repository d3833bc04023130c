/** docs/protocol.md §2: what an identity key signs for devices, and the chain a device shows. */
import { base32, cat, fromBase32, lp, need, same, u8, u16, u32, u64, whole } from './bytes.mjs';
import { edSign, edVerify, H, instanceIdOf, isUsableKem, random, rsaSign, rsaVerify } from './crypto.mjs';
import { readCertificate } from './certificate.mjs';

export const ROLES = { certifier: 1, exchange: 2, archive: 4 };
const DAY = 86_400_000;

const binding = (kind, who) => cat(u8(kind), who.peerId, who.spkiHash, u32(who.epoch));
const readBinding = (reader, kind) => {
  need(reader.u8() === kind, 'another kind of binding');
  return { peerId: base32(reader.take(32)), spkiHash: reader.take(32), epoch: reader.u32() };
};

const consentBytes = (peerId, signingKey, kemKey) => cat(u8(4), peerId, signingKey, kemKey);
/** The device's word that it is this person's. */
export const consent = (signingSeed, peerId, signingKey, kemKey) => edSign(signingSeed, 'instance-consent', consentBytes(peerId, signingKey, kemKey));

/** `who`: { peerId, spkiHash, epoch, privateKey } of the identity. */
export const makeInstanceCredential = (who, { signingKey, kemKey, notBefore, notAfter, roles, deviceName, minListVersion, counterSignature, serial = random(16) }) => {
  const body = cat(binding(1, who), signingKey, kemKey, serial, u64(notBefore), u64(notAfter), u8(roles), lp(deviceName), u32(minListVersion));
  return cat(lp(body), lp(rsaSign(who.privateKey, 'instance-credential', body)), counterSignature);
};
export const readInstanceCredential = (bytes) =>
  whole(bytes, (reader) => {
    const body = reader.lp(2176);
    const signature = reader.lp(2176);
    const counterSignature = reader.take(64);
    return whole(body, (inner) => ({
      bytes, body, signature, counterSignature, hash: H(bytes),
      ...readBinding(inner, 1),
      signingKey: inner.take(32),
      kemKey: inner.take(1216),
      serial: inner.take(16),
      notBefore: inner.u64(),
      notAfter: inner.u64(),
      roles: inner.u8(),
      deviceName: inner.text(128),
      minListVersion: inner.u32(),
    }));
  });

/**
 * Signed by the identity, or by a listed device with the role: `issuer`.
 * @param {any} who
 * @param {{ kemKey: Buffer, notBefore: number, notAfter: number, minListVersion: number, issuer?: { instanceId: Buffer, signingSeed: Buffer }, serial?: Buffer }} of
 */
export const makeExchangeCredential = (who, { kemKey, notBefore, notAfter, minListVersion, issuer, serial = random(16) }) => {
  const body = cat(binding(2, who), kemKey, serial, u64(notBefore), u64(notAfter), u8(issuer ? 1 : 0), issuer?.instanceId ?? Buffer.alloc(16), u32(minListVersion));
  return cat(lp(body), lp(issuer ? edSign(issuer.signingSeed, 'exchange-credential', body) : rsaSign(who.privateKey, 'exchange-credential', body)));
};
export const readExchangeCredential = (bytes) =>
  whole(bytes, (reader) => {
    const body = reader.lp(2176);
    const signature = reader.lp(2176);
    return whole(body, (inner) => ({
      bytes, body, signature, hash: H(bytes),
      ...readBinding(inner, 2),
      kemKey: inner.take(1216),
      serial: inner.take(16),
      notBefore: inner.u64(),
      notAfter: inner.u64(),
      issuedByInstance: inner.flag(),
      issuerInstanceId: inner.take(16),
      minListVersion: inner.u32(),
    }));
  });

export const makeList = (who, { version, issuedAt, entries }) => {
  const rows = entries.toSorted((a, b) => Buffer.compare(a.instanceId, b.instanceId));
  const body = cat(binding(3, who), u32(version), u64(issuedAt), u16(rows.length), ...rows.map((row) => cat(row.instanceId, row.hash, u8(row.roles), u8(row.state))));
  return cat(lp(body), lp(rsaSign(who.privateKey, 'instance-list', body)));
};
export const readList = (bytes) =>
  whole(bytes, (reader) => {
    const body = reader.lp(2203);
    const signature = reader.lp(2203);
    return whole(body, (inner) => {
      const head = { bytes, body, signature, hash: H(bytes), ...readBinding(inner, 3), version: inner.u32(), issuedAt: inner.u64() };
      const count = inner.u16();
      need(head.version >= 1 && count >= 1 && count <= 32, 'list');
      const entries = inner.list(count, () => ({ instanceId: inner.take(16), hash: inner.take(32), roles: inner.u8(), state: inner.u8() }));
      entries.forEach((entry, at) => need(entry.state <= 2 && entry.roles <= 7 && (at === 0 || Buffer.compare(entries[at - 1].instanceId, entry.instanceId) < 0), 'list entries'));
      need(entries.filter(({ roles, state }) => roles & ROLES.certifier && state !== 1).length === 1, 'certifiers');
      return { ...head, entries };
    });
  });

/** The five parts one behind the other. */
export const makeChain = ({ identity, list, instance, exchange, issuer = Buffer.alloc(0) }) => cat(lp(identity), lp(list), lp(instance), lp(exchange), lp(issuer));

const bound = (part, identity, what) =>
  need(part.peerId === identity.peerId && same(part.spkiHash, identity.spkiHash) && part.epoch === identity.epoch, `binding of ${what}`);

/** Active on the list under exactly this credential hash, with the roles it claims. */
const listed = (list, credential) => {
  const id = instanceIdOf(credential.signingKey);
  const entry = list.entries.find(({ instanceId }) => same(instanceId, id));
  need(entry && entry.state === 0 && same(entry.hash, credential.hash) && (credential.roles & ~entry.roles) === 0, 'device on the list');
  need(list.version >= credential.minListVersion, 'list version of a device');
  return entry;
};

const signedInstance = (credential, identity) => {
  need(rsaVerify(identity.spki, 'instance-credential', credential.signature, credential.body), 'signature of a device credential');
  const { signingKey, counterSignature, body } = credential;
  const peer = fromBase32(credential.peerId);
  const consented = edVerify(signingKey, 'instance-consent', counterSignature, consentBytes(peer, signingKey, credential.kemKey));
  need(consented || edVerify(signingKey, 'instance-counter', counterSignature, body), 'counter-signature');
};

/**
 * All that §2 asks of a chain but whose peer id and pin it must be. `lapsed`: the certificate counts past its end, as between own devices.
 * @param {Buffer} bytes
 * @param {number} [now]
 * @param {{ lapsed?: boolean }} [how]
 */
export const readChain = (bytes, now, { lapsed = false } = {}) => {
  need(bytes.length <= 12 * 1024, 'chain too large');
  const parts = whole(bytes, (reader) => [reader.lp(), reader.lp(), reader.lp(), reader.lp(), reader.lp()]);
  const identity = readCertificate(parts[0]);
  const list = readList(parts[1]);
  const instance = readInstanceCredential(parts[2]);
  const exchange = readExchangeCredential(parts[3]);
  const issuer = parts[4].length ? readInstanceCredential(parts[4]) : undefined;
  for (const [part, what] of [[list, 'list'], [instance, 'device'], [exchange, 'exchange key'], ...(issuer ? [[issuer, 'issuer']] : [])]) bound(part, identity, what);
  need(rsaVerify(identity.spki, 'instance-list', list.signature, list.body), 'signature of the list');
  signedInstance(instance, identity);
  listed(list, instance);
  const instanceId = instanceIdOf(instance.signingKey);
  if (issuer) {
    signedInstance(issuer, identity);
    listed(list, issuer);
  }
  if (exchange.issuedByInstance) {
    const by = same(exchange.issuerInstanceId, instanceId) ? instance : need(issuer, 'issuer missing');
    need(same(exchange.issuerInstanceId, instanceIdOf(by.signingKey)) && by.roles & ROLES.exchange, 'issuer');
    need(edVerify(by.signingKey, 'exchange-credential', exchange.signature, exchange.body), 'signature of the exchange key');
  } else {
    need(same(exchange.issuerInstanceId, Buffer.alloc(16)), 'issuer of an exchange key of the identity');
    need(rsaVerify(identity.spki, 'exchange-credential', exchange.signature, exchange.body), 'signature of the exchange key');
  }
  need(list.version >= exchange.minListVersion, 'list version of the exchange key');
  for (const part of [identity, instance, exchange, ...(issuer ? [issuer] : [])]) need(part.notBefore <= part.notAfter, 'an end before the beginning');
  for (const part of [instance, exchange, ...(issuer ? [issuer] : [])]) need(isUsableKem(part.kemKey), 'a key to wrap to that is none');
  if (now !== undefined) {
    need(identity.notBefore - 30 * DAY <= now && (lapsed || now <= identity.notAfter + 30 * DAY), 'dates of the certificate');
    need(exchange.notBefore - 30 * DAY <= now && now <= exchange.notAfter + 30 * DAY, 'dates of the exchange key');
    for (const part of [instance, ...(issuer ? [issuer] : [])]) need(part.notBefore - 30 * DAY <= now, 'dates of the device');
  }
  return { bytes, identity, list, instance, exchange, issuer, instanceId, peerId: identity.peerId, peerIdBytes: fromBase32(identity.peerId) };
};

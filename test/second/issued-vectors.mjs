/** What issued.json in test/vectors holds: chains (docs/protocol.md §2) whose exchange credential another device of the list issued, what of them must be refused, and a PKCS #10 request. Nothing is random. */
import { createPublicKey } from 'node:crypto';
import { fromBase32, hex } from './bytes.mjs';
import { readCertificate } from './certificate.mjs';
import { makeRequest } from './certificate-request.mjs';
import { consent, makeChain, makeExchangeCredential, makeInstanceCredential, makeList, ROLES } from './credentials.mjs';
import { edPublic, H, instanceIdOf, kemPublic } from './crypto.mjs';

const counting = (start, length) => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const DAY = 86_400_000;

/** `vectors`: identity.json; `key`: Node's private key of the first epoch there. */
export const issuedVectors = ({ now, peerId: peerText, firstCertificate }, key) => {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const peerId = fromBase32(peerText);
  const who = { peerId, spkiHash: H(spki), epoch: 1, privateKey: { key, salt: counting(1, 32) } };
  const dates = { notBefore: now, minListVersion: 2 };
  const device = (start, roles) => {
    const [signingSeed, kemKey] = [counting(start, 32), kemPublic(counting(start + 1, 32))];
    const signingKey = edPublic(signingSeed);
    const credential = makeInstanceCredential(who, { ...dates, signingKey, kemKey, notAfter: now + 365 * DAY, roles, deviceName: 'desk', counterSignature: consent(signingSeed, peerId, signingKey, kemKey), serial: counting(start + 2, 16) });
    return { signingSeed, instanceId: instanceIdOf(signingKey), credential, roles };
  };
  const [desk, pocket, archive] = [device(0x10, ROLES.certifier | ROLES.exchange), device(0x30, ROLES.exchange), device(0x50, ROLES.archive)];
  const listOf = (version, states = [0, 0, 0]) => makeList(who, { version, issuedAt: now, entries: [desk, pocket, archive].map(({ instanceId, credential, roles }, at) => ({ instanceId, hash: H(credential), roles, state: states[at] })) });
  const exchangeBy = (issuer, more = {}) => makeExchangeCredential(who, { ...dates, kemKey: kemPublic(counting(0x70, 32)), notAfter: now + 7 * DAY, issuer, serial: counting(0x71, 16), ...more });
  const chain = ({ list = listOf(2), exchange = exchangeBy(pocket), issuer = pocket.credential, instance = desk.credential } = {}) => makeChain({ identity: hex(firstCertificate), list, instance, exchange, issuer });
  const none = Buffer.alloc(0);
  const named = (all) => Object.entries(all).map(([name, bytes]) => ({ name, bytes: bytes.toString('hex') }));
  return {
    now, peerId: peerText, device: desk.instanceId.toString('hex'), issuer: pocket.instanceId.toString('hex'),
    request: makeRequest({ peerId, spki, subject: readCertificate(hex(firstCertificate)).subject }, key).toString('hex'),
    good: named({ 'issued by another device': chain(), 'issued by the device itself': chain({ exchange: exchangeBy(desk), issuer: none }), 'issued by the identity': chain({ exchange: exchangeBy(), issuer: none }), 'issued by the identity, and a device beside it': chain({ exchange: exchangeBy() }) }),
    bad: named({
      'its issuer is not there': chain({ issuer: none }), 'another issuer than it names': chain({ issuer: archive.credential }), 'by a device without the role': chain({ exchange: exchangeBy(archive), issuer: archive.credential }),
      'by a device that was suspended': chain({ list: listOf(2, [0, 2, 0]) }), 'by a device that was retired': chain({ list: listOf(2, [0, 1, 0]) }), 'signed by another device than it names': chain({ exchange: exchangeBy({ ...pocket, signingSeed: desk.signingSeed }) }),
      'issued by the identity, and beside it a device that was suspended': chain({ exchange: exchangeBy(), list: listOf(2, [0, 2, 0]) }), 'of a later list than the one shown': chain({ exchange: exchangeBy(pocket, { minListVersion: 3 }) }),
    }),
  };
};

import { beforeAll, describe, expect, it } from 'vitest';
import { consentTo, isConsent } from '../../../../electron/engine/certificates/credential';
import { createCrypto } from '../../../../electron/engine/crypto/create-crypto';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { kernelRandom } from '../../../../electron/engine/crypto/kernel-random';
import { type DeviceLink, encodeDeviceLink, linkAnswerTag, linkHelloTag, parseDeviceLink } from '../../../../electron/engine/identity/device-link';
import { instanceIdOf } from '../../../../electron/engine/identity/peer-id';
import { encodeJoinerReveal, type HostReveal, type JoinerReveal, linkCommitment, linkDigits, linkKeysSigned, parseJoinerReveal } from '../../../../electron/engine/session/link-code';
import { encodeLinkGrant, openLinkGrant, parseLinkGrant, sealLinkGrant } from '../../../../electron/engine/session/link-grant';
import { fromHex, toHex } from '../../../../electron/engine/wire/encoding';
import { instanceIdFromBytes, peerIdFromBytes } from '../../../../electron/engine/wire/ids';
import { WireError } from '../../../../electron/engine/wire/wire-error';
import { concat, Writer } from '../../../../electron/engine/wire/writer';
import { ready } from '../../../reference/dialog-twin';
import { linkingVectors } from '../../../reference/linking-vectors';
import { codeOf } from '../../../support/foundation-kit';
import { scriptedCrypto } from '../../../support/scripted-crypto';
import { shortestDeviceLink } from '../../../../shared/device-link-length';
import vectors from '../../../vectors/linking.json';

let crypto: Crypto;
let host: HostReveal;
let joiner: JoinerReveal;
let link: DeviceLink;
const hash = fromHex(vectors.channelHash);

beforeAll(async () => {
  await ready;
  crypto = await createCrypto({ random: kernelRandom });
  host = { nonce: fromHex(vectors.host.nonce), peerId: peerIdFromBytes(fromHex(vectors.host.peerId)), spkiHash: fromHex(vectors.host.spkiHash), credentialHash: fromHex(vectors.host.credentialHash) };
  const kem = crypto.kemFromSecret('instance-kem', fromHex(vectors.joiner.kemSecret));
  joiner = { nonce: fromHex(vectors.joiner.nonce), signingKey: crypto.signingFromSeed(fromHex(vectors.joiner.signingSeed)).publicKey, kemKey: kem.publicKey, deviceName: vectors.joiner.deviceName };
  const { peerId, instanceId, secret, expiry, addresses } = vectors.link;
  link = { peerId: peerIdFromBytes(fromHex(peerId)), instanceId: instanceIdFromBytes(fromHex(instanceId)), secret: fromHex(secret), expiresAt: expiry * 1_000, addresses };
});

describe('the vectors of letting a device in', () => {
  it('a link without an address is as long as the shortest that a page takes for whole', () => {
    expect(encodeDeviceLink(crypto, { ...link, addresses: [] })).toHaveLength(shortestDeviceLink);
  });

  it('S4-26: the slow twin computes exactly what is written down', () => {
    expect(linkingVectors()).toEqual(vectors);
  });

  it('S4-26 A65: the link is that text and is read from it; each bad one is refused by its own code', () => {
    expect(encodeDeviceLink(crypto, link)).toBe(vectors.link.text);
    expect(parseDeviceLink(crypto, vectors.link.text, 0)).toEqual(link);
    for (const { name, text, now, code } of vectors.badLinks) expect(codeOf(() => parseDeviceLink(crypto, text, now)), name).toBe(code);
  });

  it('S4-26: tags, commitment, reveal, digits and consent of the engine are those', () => {
    const { frames } = vectors;
    expect(toHex(linkHelloTag(crypto, link.secret, hash, link.peerId, link.instanceId))).toBe(frames.hello);
    const commitment = linkCommitment(crypto, host, hash);
    expect(toHex(concat(commitment, linkAnswerTag(crypto, link.secret, hash, commitment)))).toBe(frames.answer);
    expect(toHex(encodeJoinerReveal(joiner))).toBe(frames.reveal);
    expect(parseJoinerReveal(fromHex(frames.reveal))).toEqual(joiner);
    for (const { channelHash, digits } of vectors.digits) expect(linkDigits(crypto, host, joiner, fromHex(channelHash))).toBe(digits);
    expect(vectors.digits[1]?.digits).toMatch(/^0\d{5}$/);
    const signing = crypto.signingFromSeed(fromHex(vectors.joiner.signingSeed));
    expect(toHex(concat(Uint8Array.of(1), consentTo(crypto, host.peerId, signing, joiner.kemKey)))).toBe(frames.confirm);
    expect(isConsent(crypto, host.peerId, joiner, fromHex(frames.confirm).slice(1))).toBe(true);
  });

  it('S4-26: so are the keys shown by the existing device', () => {
    const signing = crypto.signingFromSeed(fromHex(vectors.host.signingSeed));
    const card = fromHex(vectors.frames.card);
    const signature = crypto.sign('device-link-keys', signing.secret, linkKeysSigned(hash, host, joiner));
    expect(toHex(new Writer().fixed(host.nonce).fixed(host.spkiHash).lp(card).fixed(signature).finish())).toBe(vectors.frames.keys);
  });

  it('S4-26: the engine seals the grant byte for byte from its random numbers, opens it, and reads all that is in it', async () => {
    const { statement, contentKey, encapsulationCoins } = vectors.grant;
    const scripted = await scriptedCrypto(fromHex(contentKey), fromHex(encapsulationCoins));
    const instanceId = instanceIdOf(scripted, joiner.signingKey);
    expect(instanceId).toBe(vectors.joiner.instanceId);
    const signing = scripted.signingFromSeed(fromHex(vectors.host.signingSeed));
    const frames = sealLinkGrant(scripted, signing.secret, host.peerId, { instanceId, kemKey: joiner.kemKey }, hash, fromHex(statement));
    expect(frames.map(({ payload }) => toHex(payload))).toEqual(vectors.frames.grant);
    const kem = scripted.kemFromSecret('instance-kem', fromHex(vectors.joiner.kemSecret)).secret;
    const open = (sealed: Uint8Array) => openLinkGrant(scripted, kem, signing.publicKey, host.peerId, instanceId, hash, sealed);
    expect(open(concat(...frames.map(({ payload }) => payload.subarray(1))))).toEqual(fromHex(statement));
    for (const { name, bytes } of vectors.badGrants) expect(open(fromHex(bytes)), name).toBeUndefined();
    const read = parseLinkGrant(fromHex(statement));
    expect(toHex(encodeLinkGrant(read))).toBe(statement);
    expect(read).toMatchObject({ name: 'Vera', devices: [{ addresses: [{ host: '192.0.2.9', port: 4_711 }] }, { addresses: [] }] });
    expect(read.identityKeys.map((key) => [key.epoch, key.retiredAt === undefined, key.link !== undefined, key.recovery !== undefined])).toEqual([[1, false, false, false], [2, false, true, false], [4, true, false, true]]);
  });

  it('A65: no reveal and no statement but a whole one is read', () => {
    for (const { name, bytes } of vectors.badReveals) expect(() => parseJoinerReveal(fromHex(bytes)), name).toThrow(WireError);
    for (const { name, bytes } of vectors.badStatements) expect(() => parseLinkGrant(fromHex(bytes)), name).toThrow(WireError);
  });
});

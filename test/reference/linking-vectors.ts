import sodium from 'libsodium-wrappers';
import { answerOf, consentOf, grantPieces, grantStatement, helloTag, instanceIdOf, joinerReveal, keysOf, linkDigits, linkText, sealGrant, type TwinGrant, type TwinHost, type TwinJoiner, type TwinLink } from './linking-twin';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const counting = (start: number, length: number): Buffer => Buffer.from(Array.from({ length }, (_, at) => (start + at) & 0xff));
const flipped = (bytes: Buffer, at: number): Buffer => Buffer.concat([bytes.subarray(0, at), Buffer.of((bytes[at] ?? 0) ^ 1), bytes.subarray(at + 1)]);

/** The values of test/vectors/linking.json, computed by the twin alone from counting bytes. `await ready` of the dialog's twin first. */
export function linkingVectors() {
  const host: TwinHost = { nonce: counting(0x10, 32), peerId: counting(0x20, 32), spkiHash: counting(0x30, 32), credentialHash: counting(0x40, 32) };
  const [hostSeed, joinerSeed, kemSecret] = [counting(0x50, 32), counting(0x60, 32), counting(0x70, 32)];
  const [hostKeys, joinerKeys, kem] = [sodium.crypto_sign_seed_keypair(hostSeed), sodium.crypto_sign_seed_keypair(joinerSeed), sodium.crypto_kem_xwing_seed_keypair(kemSecret)];
  const joiner: TwinJoiner = { nonce: counting(0x80, 32), signingKey: joinerKeys.publicKey, kemKey: kem.publicKey, deviceName: 'Täschchen' };
  const link: TwinLink = {
    peerId: host.peerId, instanceId: counting(0x90, 16), secret: counting(0xa0, 16), expiry: 1_800_000_000,
    addresses: [{ kind: 1, port: 4_711, host: Buffer.of(192, 0, 2, 9) }, { kind: 2, port: 1, host: Buffer.from('20010db8000000000000000000000001', 'hex') }, { kind: 3, port: 65_535, host: Buffer.from('a.example') }],
  };
  const channelHash = counting(0xb0, 32);
  const card = counting(0xc0, 300);
  const grant: TwinGrant = {
    name: 'Vera', createdAt: 1_768_478_400_000,
    identityKeys: [
      { epoch: 1, createdAt: 1_768_478_400_000, retiredAt: 1_768_478_500_000, certificate: counting(1, 60), kind: 0 },
      { epoch: 2, createdAt: 1_768_478_500_000, retiredAt: 1_768_478_600_000, certificate: counting(2, 60), kind: 1, statement: counting(3, 70) },
      { epoch: 4, createdAt: 1_768_478_600_000, retiredAt: 0, certificate: counting(4, 60), kind: 2, statement: counting(5, 70) },
    ],
    recoveryKey: counting(6, 32), endorsements: [[counting(7, 20), counting(8, 20)]], exchanges: [{ credential: counting(9, 50), kemSecret: counting(10, 32) }],
    list: counting(11, 90), credential: counting(12, 80), devices: [{ credential: counting(13, 80), addresses: [{ host: '192.0.2.9', port: 4_711 }] }, { credential: counting(14, 80), addresses: [] }],
    settings: Buffer.from('{"keepCheck":true}'),
  };
  const instanceId = instanceIdOf(joinerKeys.publicKey);
  const [contentKey, coins] = [counting(0xd0, 32), counting(0xe0, 64)];
  const statement = grantStatement(grant);
  const sealed = sealGrant(statement, { peerId: host.peerId, instanceId, channelHash, signingKey: hostKeys.privateKey, kemKey: kem.publicKey, contentKey, coins });
  const reveal = joinerReveal(joiner);
  const text = linkText(link);
  const zero = Array.from({ length: 200 }, (_, start) => counting(start, 32)).find((hash) => linkDigits(host, joiner, hash).startsWith('0'));
  return {
    link: {
      peerId: hex(link.peerId), instanceId: hex(link.instanceId), secret: hex(link.secret), expiry: link.expiry,
      addresses: [{ host: '192.0.2.9', port: 4_711 }, { host: '2001:db8::1', port: 1 }, { host: 'a.example', port: 65_535 }], text,
    },
    badLinks: [
      { name: 'a letter changed', text: `${text.slice(0, 40)}${text.charAt(40) === 'A' ? 'B' : 'A'}${text.slice(41)}`, now: 0, code: 'device.link-garbled' },
      { name: 'cut short', text: text.slice(0, -4), now: 0, code: 'device.link-garbled' },
      { name: 'an invitation’s beginning', text: text.replace('keyshift:link/', 'keyshift:invite/'), now: 0, code: 'device.link-garbled' },
      { name: 'port 0', text: linkText({ ...link, addresses: [{ kind: 1, port: 0, host: Buffer.of(192, 0, 2, 9) }] }), now: 0, code: 'device.link-garbled' },
      { name: 'four addresses', text: linkText({ ...link, addresses: Array.from({ length: 4 }, () => ({ kind: 1 as const, port: 1, host: Buffer.of(192, 0, 2, 9) })) }), now: 0, code: 'device.link-garbled' },
      { name: 'a name that resolvers read as an address', text: linkText({ ...link, addresses: [{ kind: 3, port: 1, host: Buffer.from('127.1') }] }), now: 0, code: 'device.link-garbled' },
      { name: 'of a later version', text: linkText(link, 2), now: 0, code: 'device.link-newer' },
      { name: 'at its end', text, now: link.expiry * 1_000, code: 'device.link-expired' },
    ],
    host: { nonce: hex(host.nonce), peerId: hex(host.peerId), spkiHash: hex(host.spkiHash), credentialHash: hex(host.credentialHash), signingSeed: hex(hostSeed) },
    joiner: { nonce: hex(joiner.nonce), signingSeed: hex(joinerSeed), kemSecret: hex(kemSecret), deviceName: joiner.deviceName, instanceId: hex(instanceId) },
    channelHash: hex(channelHash),
    frames: {
      hello: hex(helloTag(link, channelHash)), answer: hex(answerOf(link, host, channelHash)), reveal: hex(reveal),
      card: hex(card), keys: hex(keysOf(host, joiner, card, hostKeys.privateKey, channelHash)),
      confirm: hex(Buffer.concat([Buffer.of(1), consentOf(host.peerId, joiner, joinerKeys.privateKey)])), grant: grantPieces(sealed).map(hex),
    },
    digits: [{ channelHash: hex(channelHash), digits: linkDigits(host, joiner, channelHash) }, { channelHash: hex(zero ?? channelHash), digits: linkDigits(host, joiner, zero ?? channelHash) }],
    grant: { statement: hex(statement), contentKey: hex(contentKey), encapsulationCoins: hex(coins) },
    /** Each ends the channel. */
    badReveals: [
      { name: 'one byte more', bytes: hex(Buffer.concat([reveal, Buffer.of(0)])) },
      { name: 'one byte less', bytes: hex(reveal.subarray(0, -1)) },
      { name: 'a name of 129 bytes', bytes: hex(joinerReveal({ ...joiner, deviceName: 'a'.repeat(129) })) },
      { name: 'a name that is no UTF-8', bytes: hex(Buffer.concat([reveal.subarray(0, 32 + 32 + 1_216), Buffer.from('0000000180', 'hex')])) },
    ],
    badGrants: [
      { name: 'one bit of the ciphertext', bytes: hex(flipped(sealed, 700)) },
      { name: 'one bit of the payload', bytes: hex(flipped(sealed, sealed.length - 1)) },
      { name: 'for another channel', bytes: hex(sealGrant(statement, { peerId: host.peerId, instanceId, channelHash: host.nonce, signingKey: hostKeys.privateKey, kemKey: kem.publicKey, contentKey, coins })) },
      { name: 'for another device', bytes: hex(sealGrant(statement, { peerId: host.peerId, instanceId: link.instanceId, channelHash, signingKey: hostKeys.privateKey, kemKey: kem.publicKey, contentKey, coins })) },
      { name: 'signed by the new device itself', bytes: hex(sealGrant(statement, { peerId: host.peerId, instanceId, channelHash, signingKey: joinerKeys.privateKey, kemKey: kem.publicKey, contentKey, coins })) },
    ],
    badStatements: [
      { name: 'a key of kind 3', bytes: hex(grantStatement({ ...grant, identityKeys: [{ epoch: 1, createdAt: 1, retiredAt: 0, certificate: counting(1, 9), kind: 3 }] })) },
      { name: 'nine addresses of a device', bytes: hex(grantStatement({ ...grant, devices: [{ credential: counting(1, 9), addresses: Array.from({ length: 9 }, () => ({ host: '192.0.2.9', port: 1 })) }] })) },
      { name: '33 devices', bytes: hex(grantStatement({ ...grant, devices: Array.from({ length: 33 }, () => ({ credential: counting(1, 9), addresses: [] })) })) },
      { name: 'a recovery key of 31 bytes', bytes: hex(grantStatement({ ...grant, recoveryKey: counting(1, 31) })) },
      { name: 'a recovery key of 33 bytes', bytes: hex(grantStatement({ ...grant, recoveryKey: counting(1, 33) })) },
      { name: 'settings of 4,097 bytes', bytes: hex(grantStatement({ ...grant, settings: Buffer.alloc(4_097, 0x20) })) },
      { name: 'one byte more', bytes: hex(Buffer.concat([statement, Buffer.of(0)])) },
    ],
  };
}

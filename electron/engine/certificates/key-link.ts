import type { Crypto, RsaKeyPair } from '../crypto/crypto';
import { spkiHash } from '../identity/peer-id';
import type { PeerId } from '../ids';
import { peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { parsing, unacceptable } from './unacceptable';

const maxSpki = 1024;
const maxSignature = 512;
const maxBody = 32 + 4 + 32 + 4 + 4 + maxSpki + 8 + 1;
/** Cap of an encoded link in bytes; one of RSA-3072 has about 1.3 KiB. */
export const maxKeyLinkBytes = 4 + maxBody + 2 * (4 + maxSignature);

const purposes = ['routine', 'compromise'] as const;
/** `compromise`: nothing that still comes under the old key is taken any more (A83). */
export type LinkPurpose = (typeof purposes)[number];

/**
 * The old identity key vouches for the next one (protocol.md §9, S5-32): signed by the old key, so that who knows it can follow, and by
 * the new one, so that nobody can vouch for a key that is not held (A74). The person is named in it (A75).
 */
export interface KeyLink {
  readonly kind: 'link';
  readonly peerId: PeerId;
  readonly oldEpoch: number;
  /** H(SPKI) of the key that vouches, 32 bytes. */
  readonly oldSpkiHash: Uint8Array;
  /** Of the new key; one more than `oldEpoch`, or higher where an old key vouches for a much later one at once. */
  readonly epoch: number;
  /** SubjectPublicKeyInfo of the new key, DER. */
  readonly spki: Uint8Array;
  readonly spkiHash: Uint8Array;
  /** When it was made by its maker's clock, Unix milliseconds. */
  readonly time: number;
  readonly purpose: LinkPurpose;
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
  readonly oldSignature: Uint8Array;
  readonly newSignature: Uint8Array;
}

export interface EpochKeyPair {
  readonly epoch: number;
  readonly keyPair: RsaKeyPair;
}

export interface NewKeyLink {
  readonly peerId: PeerId;
  readonly old: EpochKeyPair;
  readonly next: EpochKeyPair;
  readonly time: number;
  readonly purpose: LinkPurpose;
}

/** Body: peer id[32] ‖ old epoch u32 ‖ H(old SPKI)[32] ‖ new epoch u32 ‖ new SPKI LP ‖ time u64 ‖ purpose u8. Two RSA signatures. */
export async function issueKeyLink(crypto: Crypto, { peerId, old, next, time, purpose }: NewKeyLink): Promise<KeyLink> {
  const body = new Writer(1024)
    .fixed(peerIdToBytes(peerId))
    .u32(old.epoch)
    .fixed(spkiHash(crypto, old.keyPair.spki))
    .u32(next.epoch)
    .lp(next.keyPair.spki)
    .u64(time)
    .u8(purposes.indexOf(purpose))
    .finish();
  const oldSignature = await crypto.rsaSign('rekey', old.keyPair.privateKey, body);
  const newSignature = await crypto.rsaSign('rekey', next.keyPair.privateKey, body);
  return parseKeyLink(crypto, new Writer(2048).lp(body).lp(oldSignature).lp(newSignature).finish());
}

/** Structure only: body LP ‖ signature of the old key LP ‖ signature of the new key LP. Throws `key.unacceptable`. */
export function parseKeyLink(crypto: Crypto, source: Uint8Array): KeyLink {
  return parsing(() => {
    if (source.length > maxKeyLinkBytes) throw new WireError('longer than its cap');
    const bytes = new Uint8Array(source);
    const outer = new Reader(bytes);
    const body = outer.lp(maxBody);
    const oldSignature = outer.lp(maxSignature);
    const newSignature = outer.lp(maxSignature);
    outer.end();
    const reader = new Reader(body);
    const peerId = peerIdFromBytes(reader.fixed(32));
    const oldEpoch = reader.u32();
    const oldSpkiHash = reader.fixed(32);
    const epoch = reader.u32();
    const spki = reader.lp(maxSpki);
    const time = reader.u64();
    const purpose = purposes[reader.u8()];
    reader.end();
    if (!purpose || oldEpoch === 0 || epoch <= oldEpoch) throw new WireError('not a step to a later key');
    return { kind: 'link', peerId, oldEpoch, oldSpkiHash, epoch, spki, spkiHash: spkiHash(crypto, spki), time, purpose, bytes, body, oldSignature, newSignature };
  });
}

/** Both signatures, under exactly this old key. Throws `key.unacceptable`. */
export function verifyKeyLink(crypto: Crypto, link: KeyLink, oldSpki: Uint8Array): void {
  if (!crypto.equal(link.oldSpkiHash, spkiHash(crypto, oldSpki))) throw unacceptable('another key vouches for the new one');
  if (crypto.equal(link.oldSpkiHash, link.spkiHash)) throw unacceptable('a key vouches for itself');
  if (!crypto.rsaVerify('rekey', oldSpki, link.body, link.oldSignature)) throw unacceptable('the old key did not vouch for the new one');
  if (!crypto.rsaVerify('rekey', link.spki, link.body, link.newSignature)) throw unacceptable('the new key did not agree');
}

import type { Crypto, KeyPair } from '../crypto/crypto';
import type { InstanceId, PeerId } from '../ids';
import { id16ToBytes, instanceIdFromBytes, peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { type InstanceCredential, parseInstanceCredential } from './credential';
import { bodyKinds, isBoundTo } from './credential-body';
import type { IdentityCertificate } from './identity-certificate';
import type { InstanceList } from './instance-list';
import { parsing } from './unacceptable';

/** With its credential about 2 KiB. */
export const maxSuspensionBytes = 4 * 1024;
const bodyLength = 1 + 32 + 16 + 16 + 4 + 8;

/** One device stopped another of the same person (protocol.md §2, §10): its contacts and devices stop listening to that one at once, until the identity itself speaks again. */
export interface Suspension {
  readonly bytes: Uint8Array;
  readonly peerId: PeerId;
  readonly suspended: InstanceId;
  readonly by: InstanceId;
  /** Version of the device list it was said under: a higher one speaks for itself, and ends it. */
  readonly listVersion: number;
  /** Unix milliseconds, by the clock of the device that said so. */
  readonly time: number;
  /** Credential of that device. */
  readonly issuer: InstanceCredential;
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

export interface NewSuspension {
  readonly suspended: InstanceId;
  readonly list: InstanceList;
  readonly credential: InstanceCredential;
  readonly signing: KeyPair<'instance-signing'>;
  readonly time: number;
}

/** body LP (kind u8 5 ‖ peer id[32] ‖ suspended[16] ‖ by[16] ‖ list version u32 ‖ time u64) ‖ Ed25519[64] ‖ credential of `by` LP. */
export function issueSuspension(crypto: Crypto, { suspended, list, credential, signing, time }: NewSuspension): Suspension {
  const body = new Writer(bodyLength)
    .u8(bodyKinds.suspension)
    .fixed(peerIdToBytes(credential.peerId))
    .fixed(id16ToBytes(suspended))
    .fixed(id16ToBytes(credential.instanceId))
    .u32(list.version)
    .u64(time)
    .finish();
  return parseSuspension(crypto, new Writer(2048).lp(body).fixed(crypto.sign('suspension', signing.secret, body)).lp(credential.bytes).finish());
}

/** Structure only. Throws `key.unacceptable`. */
export function parseSuspension(crypto: Crypto, source: Uint8Array): Suspension {
  return parsing(() => {
    if (source.length > maxSuspensionBytes) throw new WireError('longer than its cap');
    const bytes = new Uint8Array(source);
    const outer = new Reader(bytes);
    const body = outer.lp(bodyLength);
    const signature = outer.fixed(64);
    const issuer = parseInstanceCredential(crypto, outer.lp(maxSuspensionBytes));
    outer.end();
    const reader = new Reader(body);
    if (reader.u8() !== bodyKinds.suspension) throw new WireError('another kind of statement');
    const peerId = peerIdFromBytes(reader.fixed(32));
    const suspended = instanceIdFromBytes(reader.fixed(16));
    const by = instanceIdFromBytes(reader.fixed(16));
    const listVersion = reader.u32();
    const time = reader.u64();
    reader.end();
    if (by !== issuer.instanceId || by === suspended) throw new WireError('not a word about another device');
    return { bytes, peerId, suspended, by, listVersion, time, issuer, body, signature };
  });
}

/** Of whom it speaks, as the listener knows them. */
export interface SuspensionSide {
  readonly identity: Pick<IdentityCertificate, 'peerId' | 'epoch' | 'spkiHash'> & IdentityCertificate;
  /** The newest list known of the person, verified. */
  readonly list: InstanceList;
  /** Who was suspended before under the same list: such a device suspends nobody. */
  readonly isSuspended: (instanceId: InstanceId) => boolean;
}

/**
 * Whether it counts: said under the very list in force, by an active device that may (role `exchange`) about another active one. The list names the
 * credential by its hash and is signed by the identity, so nothing else of that needs a signature checked.
 */
export function isInForce(crypto: Crypto, { peerId, suspended, by, listVersion, issuer, body, signature }: Suspension, { identity, list, isSuspended }: SuspensionSide): boolean {
  if (peerId !== identity.peerId || listVersion !== list.version || !isBoundTo(issuer, identity)) return false;
  const active = list.instances.filter(({ state }) => state === 'active');
  const author = active.find(({ instanceId }) => instanceId === by);
  if (!author?.roles.includes('exchange') || !crypto.equal(author.credentialHash, issuer.hash)) return false;
  if (isSuspended(by) || !active.some(({ instanceId }) => instanceId === suspended)) return false;
  return crypto.verify('suspension', issuer.signingKey, body, signature);
}

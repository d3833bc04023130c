import type { Crypto } from '../crypto/crypto';
import { envelopeOverhead, openSigned, sealSigned } from '../crypto/sealed-envelope';
import type { Secret } from '../crypto/secret';
import type { InstanceId, PeerId } from '../ids';
import type { Address, LocalRecord } from '../ports';
import { maxCardAddresses } from '../certificates/card';
import { id16ToBytes, peerIdToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { channelFrames, channelKinds, type ChannelFrame, channelPayload } from './channel-frames';

/** Frames the grant may take: the existing device needs three others. */
export const maxGrantFrames = channelFrames - 3;
const pieceBytes = channelPayload - 1;
/** Cap of a sealed grant in bytes: room for every key that a history may name. */
const maxGrantBytes = maxGrantFrames * pieceBytes;
const maxKeys = 512;
const maxBlob = 16 * 1024;
const maxText = 256;
const maxSettings = 4 * 1024;
const maxDevices = 32;

/** Another device of the person, as the existing one knows it. */
export interface GrantedDevice {
  /** Encoded instance credential. */
  readonly credential: Uint8Array;
  readonly addresses: readonly Address[];
}

/**
 * Everything a new device must hold to be one of this person (protocol.md §10). Never a private identity key, nor the recovery
 * key's seed; of the device's own keys nothing, for they were made there.
 */
export interface LinkGrant {
  readonly name: string;
  readonly createdAt: number;
  /** By epoch; the last one is in use. */
  readonly identityKeys: readonly Omit<LocalRecord['identityKeys'][number], 'privateKey'>[];
  /** Ed25519, 32 bytes. */
  readonly recoveryKey?: Uint8Array;
  readonly endorsements: readonly (readonly Uint8Array[])[];
  /** Newest first, private halves included. */
  readonly exchanges: LocalRecord['exchanges'];
  readonly instanceList: Uint8Array;
  /** Of the new device. */
  readonly credential: Uint8Array;
  /** The one that lets it in first. */
  readonly devices: readonly GrantedDevice[];
  /** What the person set for all devices, for the services to read. */
  readonly settings: Uint8Array;
}

/**
 * name LP ‖ created u64 ‖ count u16 × identity key ‖ recovery key LP (0 or 32) ‖ count u8 × (count u8 × certificate LP) ‖ count u8 ×
 * (credential LP ‖ secret 32) ‖ list LP ‖ own credential LP ‖ count u8 × (credential LP ‖ count u8 × (host LP ‖ port u16)) ‖ settings LP.
 * Identity key: epoch u32 ‖ created u64 ‖ retired u64, 0 for in use ‖ certificate LP ‖ kind u8 (0 first, 1 link, 2 recovery) ‖ statement LP, none for 0.
 */
export function encodeLinkGrant(grant: LinkGrant): Uint8Array {
  const writer = new Writer(32 * 1024).text(grant.name).u64(grant.createdAt).u16(grant.identityKeys.length);
  for (const { epoch, createdAt, retiredAt, certificate, link, recovery } of grant.identityKeys) {
    writer.u32(epoch).u64(createdAt).u64(retiredAt ?? 0).lp(certificate).u8(recovery ? 2 : link ? 1 : 0);
    const statement = recovery ?? link;
    if (statement) writer.lp(statement);
  }
  writer.lp(grant.recoveryKey ?? new Uint8Array(0)).u8(grant.endorsements.length);
  for (const certificates of grant.endorsements) {
    writer.u8(certificates.length);
    for (const certificate of certificates) writer.lp(certificate);
  }
  writer.u8(grant.exchanges.length);
  for (const { credential, kemSecret } of grant.exchanges) writer.lp(credential).fixed(kemSecret);
  writer.lp(grant.instanceList).lp(grant.credential).u8(grant.devices.length);
  for (const { credential, addresses } of grant.devices) {
    const told = addresses.slice(0, maxCardAddresses);
    writer.lp(credential).u8(told.length);
    for (const { host, port } of told) writer.text(host).u16(port);
  }
  return writer.lp(grant.settings).finish();
}

/** Structure only; everything is a copy. Throws `WireError`. */
export function parseLinkGrant(bytes: Uint8Array): LinkGrant {
  const reader = new Reader(bytes);
  const blob = (most: number): Uint8Array => reader.lp(most).slice();
  const name = reader.text(maxText);
  const createdAt = reader.u64();
  const identityKeys = times(reader.u16(), maxKeys, () => readIdentityKey(reader));
  const recoveryKey = blob(32);
  if (recoveryKey.length % 32 !== 0) throw new WireError('not a recovery key');
  const endorsements = times(reader.u8(), 255, () => times(reader.u8(), 8, () => blob(maxBlob)));
  const exchanges = times(reader.u8(), 255, () => ({ credential: blob(maxBlob), kemSecret: reader.fixed(32).slice() }));
  const instanceList = blob(maxBlob);
  const credential = blob(maxBlob);
  const devices = times(reader.u8(), maxDevices, () => ({ credential: blob(maxBlob), addresses: times(reader.u8(), maxCardAddresses, () => readAddress(reader)) }));
  const settings = blob(maxSettings);
  reader.end();
  return { name, createdAt, identityKeys, ...(recoveryKey.length > 0 && { recoveryKey }), endorsements, exchanges, instanceList, credential, devices, settings };
}

export interface GrantRecipient {
  readonly instanceId: InstanceId;
  /** X-Wing, 1216 bytes. */
  readonly kemKey: Uint8Array;
}

/** Sealed to the new device's own key and signed by the existing device, for this channel alone; in pieces. Throws `WireError` when it is longer than its cap. */
export function sealLinkGrant(crypto: Crypto, signing: Secret<'instance-signing'>, peerId: PeerId, to: GrantRecipient, channelHash: Uint8Array, statement: Uint8Array): ChannelFrame[] {
  if (statement.length + envelopeOverhead + 64 > maxGrantBytes) throw new WireError('longer than its cap');
  const sealed = sealSigned(crypto, 'device-link-grant', { signing, recipientKem: to.kemKey, recipientContext: contextOf(channelHash, peerId, to.instanceId), statement });
  return Array.from({ length: Math.ceil(sealed.length / pieceBytes) }, (_, index) => {
    const piece = sealed.subarray(index * pieceBytes, (index + 1) * pieceBytes);
    const last = (index + 1) * pieceBytes >= sealed.length;
    return { kind: channelKinds.linkGrant, payload: concat(Uint8Array.of(last ? 1 : 0), piece) };
  });
}

/** Undefined for anything that the existing device did not seal to this device on this channel. */
export function openLinkGrant(crypto: Crypto, kem: Secret<'instance-kem'>, hostSigningKey: Uint8Array, peerId: PeerId, instanceId: InstanceId, channelHash: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  const opened = openSigned(crypto, 'device-link-grant', kem, contextOf(channelHash, peerId, instanceId), sealed, () => hostSigningKey);
  opened?.contentKey.wipe();
  return opened?.statement;
}

/** channel hash 32 ‖ peer id 32 ‖ id of the new device 16. */
function contextOf(channelHash: Uint8Array, peerId: PeerId, instanceId: InstanceId): Uint8Array {
  return concat(channelHash, peerIdToBytes(peerId), id16ToBytes(instanceId));
}

function readIdentityKey(reader: Reader): LinkGrant['identityKeys'][number] {
  const key = { epoch: reader.u32(), createdAt: reader.u64() };
  const retiredAt = reader.u64();
  const certificate = reader.lp(maxBlob).slice();
  const kind = reader.u8();
  if (kind > 2) throw new WireError('an unknown kind of step');
  const statement = kind === 0 ? undefined : reader.lp(maxBlob).slice();
  return { ...key, ...(retiredAt > 0 && { retiredAt }), certificate, ...(statement && (kind === 1 ? { link: statement } : { recovery: statement })) };
}

function readAddress(reader: Reader): Address {
  return { host: reader.text(maxText), port: reader.u16() };
}

function times<T>(count: number, most: number, read: () => T): T[] {
  if (count > most) throw new WireError('more than there may be');
  return Array.from({ length: count }, read);
}

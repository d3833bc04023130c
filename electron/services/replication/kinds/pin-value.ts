import { type Chain } from '../../../engine/certificates/chain';
import { parseExchangeCredential, parseInstanceCredential, verifyExchangeCredential, verifyInstanceCredential } from '../../../engine/certificates/credential';
import { type IdentityCertificate, maxCertificateBytes, parseIdentityCertificate } from '../../../engine/certificates/identity-certificate';
import { encodeKeyElements, type KeyElement, maxKeyElementsBytes, parseKeyElements } from '../../../engine/certificates/key-history';
import { parseInstanceList, verifyInstanceList } from '../../../engine/certificates/instance-list';
import type { Crypto } from '../../../engine/crypto/crypto';
import { parseHost } from '../../../engine/identity/host';
import type { PeerId } from '../../../engine/ids';
import type { Address, DevicePlaces, PeerRecord } from '../../../engine/ports';
import { id16ToBytes, instanceIdFromBytes } from '../../../engine/wire/ids';
import { Reader } from '../../../engine/wire/reader';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import type { PeerKeyRow } from '../../ports/peer-keys';
import { readFlag, readOptional, readTime, readWord, writeOptional } from './values';

const origins = ['first', 'old-key', 'recovery', 'person'] as const satisfies readonly PeerKeyRow['origin'][];
const [maxCredentials, maxPlaces, maxAddresses, maxKeys, maxSecrets] = [16, 16, 8, 256, 3];
const maxCredentialBytes = 3 * 1024;
const maxListBytes = 4 * 1024;
/** With everything else it stays below what a fact may hold. */
const maxStepsBytes = 24 * 1024;

/** What a device knows of one person's keys and devices. */
export interface PinTold {
  readonly record: Omit<PeerRecord, 'blocked' | 'updatedAt'>;
  readonly keys: readonly PeerKeyRow[];
  /** Every step that led to the pinned key, oldest first, from the first one or from where a person decided. */
  readonly path: readonly KeyElement[];
  readonly recovery: { readonly keyHash?: Uint8Array; readonly epoch?: number };
  /** Shared with this person, 32 bytes each, newest first. */
  readonly secrets: readonly Uint8Array[];
  /**
   * Keys this device waits for, or that were only shown; each with how the pinned one leads to it, if it does, or one before that. Vouched for without a
   * step are keys that were left.
   */
  readonly candidates: readonly { readonly elements: readonly KeyElement[]; readonly vouched: boolean; readonly spki: Uint8Array; readonly epoch: number }[];
  readonly inDoubt: boolean;
}

export function encodePin({ record, keys, path, recovery, secrets, candidates, inDoubt }: PinTold): Uint8Array {
  const writer = new Writer(8 * 1024).lp(record.identityCertificate).lp(record.instanceList);
  for (const list of [record.instances.slice(0, maxCredentials), record.exchanges.slice(0, maxCredentials)]) {
    writer.u8(list.length);
    for (const each of list) writer.lp(each);
  }
  const places = record.places.slice(0, maxPlaces).filter(({ instanceId }) => instanceId !== undefined);
  writer.u8(places.length);
  for (const { instanceId, time, addresses } of places) {
    if (instanceId === undefined) continue;
    writer.fixed(id16ToBytes(instanceId)).u64(time).u8(addresses.length);
    for (const { host, port } of addresses) writer.text(host).u16(port);
  }
  writer.u16(Math.min(maxKeys, keys.length));
  for (const { spkiHash, epoch, since, origin, checked, acceptedUntil } of keys.slice(0, maxKeys)) {
    writer.fixed(spkiHash).u32(epoch).u64(since).u8(origins.indexOf(origin)).u8(checked ? 1 : 0);
    writeOptional(writer, acceptedUntil, (until) => writer.u64(until));
  }
  writer.lp(encodeKeyElements(lastOf(path)));
  writeOptional(writer, recovery.keyHash, (hash) => writer.fixed(hash));
  writeOptional(writer, recovery.epoch, (epoch) => writer.u32(epoch));
  writer.u8(Math.min(maxSecrets, secrets.length));
  for (const secret of secrets.slice(0, maxSecrets)) writer.fixed(secret);
  writer.u8(inDoubt ? 1 : 0).u8(Math.min(maxSecrets, candidates.length));
  for (const { elements, vouched, spki, epoch } of candidates.slice(0, maxSecrets)) writer.u8(vouched ? 1 : 0).lp(spki).u32(epoch).lp(encodeKeyElements(lastOf(elements, 4 * 1024)));
  return writer.finish();
}

/** Structure, and every signature under the told certificate. Throws `WireError`, `key.unacceptable`. */
export function parsePin(crypto: Crypto, peerId: PeerId, value: Uint8Array): PinTold & { readonly identity: IdentityCertificate } {
  const reader = new Reader(value);
  const identity = parseIdentityCertificate(crypto, reader.lp(maxCertificateBytes).slice());
  if (identity.peerId !== peerId) throw new WireError('somebody else’s certificate');
  const list = parseInstanceList(crypto, reader.lp(maxListBytes));
  verifyInstanceList(crypto, list, identity);
  const blobs = (): Uint8Array[] => Array.from({ length: counted(reader.u8(), maxCredentials) }, () => reader.lp(maxCredentialBytes).slice());
  const instances = blobs().map((bytes) => parseInstanceCredential(crypto, bytes));
  for (const each of instances) verifyInstanceCredential(crypto, each, identity);
  const exchanges = blobs().map((bytes) => parseExchangeCredential(crypto, bytes));
  for (const each of exchanges) verifyExchangeCredential(crypto, each, identity, instances);
  if (instances.length === 0 || exchanges.length === 0) throw new WireError('a person without keys');
  const places = Array.from({ length: counted(reader.u8(), maxPlaces) }, (): DevicePlaces => ({ instanceId: instanceIdFromBytes(reader.fixed(16)), time: reader.u64(), addresses: readAddresses(reader) }));
  const keys = Array.from({ length: counted(reader.u16(), maxKeys) }, (): PeerKeyRow => {
    const row = { peerId, spkiHash: reader.fixed(32).slice(), epoch: reader.u32(), since: readTime(reader), origin: readWord(reader, origins), checked: readFlag(reader) };
    const until = readOptional(reader, () => reader.u64());
    return until === undefined ? row : { ...row, acceptedUntil: until };
  });
  const path = parseKeyElements(crypto, reader.lp(maxKeyElementsBytes).slice());
  const [keyHash, epoch] = [readOptional(reader, () => reader.fixed(32).slice()), readOptional(reader, () => reader.u32())];
  const secrets = Array.from({ length: counted(reader.u8(), maxSecrets) }, () => reader.fixed(32).slice());
  const inDoubt = readFlag(reader);
  const candidates = Array.from({ length: counted(reader.u8(), maxSecrets) }, () => ({
    vouched: readFlag(reader),
    spki: reader.lp(1_024).slice(),
    epoch: reader.u32(),
    elements: parseKeyElements(crypto, reader.lp(maxKeyElementsBytes).slice()),
  }));
  reader.end();
  return {
    identity,
    record: {
      peerId,
      pinnedSpkiHash: identity.spkiHash,
      identityEpoch: identity.epoch,
      identityCertificate: identity.der,
      instanceList: list.bytes,
      listVersion: list.version,
      instances: instances.map(({ bytes }) => bytes),
      exchanges: exchanges.map(({ bytes }) => bytes),
      places,
    },
    keys,
    path,
    recovery: { ...(keyHash && { keyHash }), ...(epoch !== undefined && { epoch }) },
    secrets,
    candidates,
    inDoubt,
  };
}

/** Of one of this person's devices, as far as it can be put together. */
export function chainOf(crypto: Crypto, { identityCertificate, instanceList, instances, exchanges }: PinTold['record']): Chain | undefined {
  const [first] = instances;
  if (first === undefined) return undefined;
  const all = instances.map((bytes) => parseInstanceCredential(crypto, bytes));
  const instance = parseInstanceCredential(crypto, first);
  const [newest] = exchanges.map((bytes) => parseExchangeCredential(crypto, bytes)).sort((a, b) => b.notBefore - a.notBefore);
  if (newest === undefined) return undefined;
  const by = newest.issuer.kind === 'instance' ? newest.issuer.instanceId : undefined;
  const issuer = by === undefined || by === instance.instanceId ? undefined : all.find(({ instanceId }) => instanceId === by);
  return { identity: parseIdentityCertificate(crypto, identityCertificate), list: parseInstanceList(crypto, instanceList), instance, exchange: newest, ...(issuer && { issuer }) };
}

/** The latest steps, as many as there is room for: they lead on from every key that somebody may still hold. */
function lastOf(elements: readonly KeyElement[], room = maxStepsBytes): readonly KeyElement[] {
  let size = 0;
  let first = elements.length;
  while (first > 0) {
    size += 5 + (elements[first - 1]?.bytes.length ?? 0);
    if (size > room) break;
    first -= 1;
  }
  return elements.slice(first);
}

function readAddresses(reader: Reader): Address[] {
  return Array.from({ length: counted(reader.u8(), maxAddresses) }, () => {
    const address = { host: reader.text(253), port: reader.u16() };
    if (address.port === 0 || parseHost(address.host)?.text !== address.host) throw new WireError('not an address');
    return address;
  });
}

function counted(count: number, most: number): number {
  if (count > most) throw new WireError('more than there may be');
  return count;
}

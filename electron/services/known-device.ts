import { recallChain, type VerifiedChain } from '../engine/certificates/chain';
import { parseExchangeCredential, parseInstanceCredential } from '../engine/certificates/credential';
import { parseInstanceList } from '../engine/certificates/instance-list';
import type { Crypto } from '../engine/crypto/crypto';
import type { InstanceId } from '../engine/ids';
import type { PeerRecord } from '../engine/ports';
import { toHex } from '../engine/wire/encoding';
import { Writer } from '../engine/wire/writer';

/**
 * The chain of one device of a person, put together from what was verified before it was stored. Only of a device that is
 * active on the newest list known, by the credential that list names (S4-21).
 */
export function chainOfDevice(crypto: Crypto, record: PeerRecord, instanceId: InstanceId): VerifiedChain | undefined {
  const list = parseInstanceList(crypto, record.instanceList);
  const listed = list.instances.find((each) => each.instanceId === instanceId && each.state === 'active');
  if (!listed) return undefined;
  const instance = record.instances.find((bytes) => toHex(parseInstanceCredential(crypto, bytes).hash) === toHex(listed.credentialHash));
  const [exchange] = record.exchanges
    .map((bytes) => parseExchangeCredential(crypto, bytes))
    .filter(({ minListVersion }) => minListVersion <= list.version)
    .sort((a, b) => b.notBefore - a.notBefore || (toHex(a.hash) < toHex(b.hash) ? -1 : 1));
  if (!instance || !exchange) return undefined;
  return recallChain(crypto, new Writer(6_144).lp(record.identityCertificate).lp(list.bytes).lp(instance).lp(exchange.bytes).lp(new Uint8Array(0)).finish());
}

/** Whether every part of a chain stands in this record: then nothing of it needs to be verified once more. */
export function isKnownChain(record: PeerRecord, { identity, list, instance, exchange, issuer }: VerifiedChain): boolean {
  const known = new Set([record.identityCertificate, record.instanceList, ...record.instances, ...record.exchanges].map(toHex));
  return [identity.der, list.bytes, instance.bytes, exchange.bytes, ...(issuer ? [issuer.bytes] : [])].every((part) => known.has(toHex(part)));
}

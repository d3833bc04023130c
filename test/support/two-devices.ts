import { verifyChain } from '../../electron/engine/certificates/chain';
import { issueInstanceCredential } from '../../electron/engine/certificates/credential';
import { issueInstanceList } from '../../electron/engine/certificates/instance-list';
import { createLocalRecord, openLocalParty } from '../../electron/engine/certificates/local-party';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { LocalRecord } from '../../electron/engine/ports';
import type { Person } from './dialog-person';

/** A record as the dialog tests see a person's device. */
export function personOf(crypto: Crypto, record: LocalRecord, now: number): Person {
  const local = openLocalParty(crypto, record);
  const chain = verifyChain(crypto, local.chain, { now, pinnedSpkiHash: local.identity.spkiHash });
  return { local, chain, remote: () => ({ peerId: local.peerId, identity: chain.identity, exchange: chain.exchange }) };
}

/** A second device for the person of this record: keys of its own, the same exchange keys, both on list version 2. */
export async function withSecondDevice(crypto: Crypto, record: LocalRecord, now: number): Promise<readonly [LocalRecord, LocalRecord]> {
  const party = openLocalParty(crypto, record);
  const seeds = { signingSeed: crypto.random(32), kemSecret: crypto.random(32) };
  const credential = await issueInstanceCredential(crypto, {
    identity: party.identity,
    identityKey: party.certifierKey(),
    signing: crypto.signingFromSeed(seeds.signingSeed.slice()),
    kemKey: crypto.kemFromSecret('instance-kem', seeds.kemSecret.slice()).publicKey,
    deviceName: 'second',
    roles: ['exchange'],
    minListVersion: 1,
    notBefore: now,
    notAfter: now + 365 * 86_400_000,
  });
  const second = { instanceId: credential.instanceId, credentialHash: credential.hash, roles: credential.roles, state: 'active' as const };
  const list = await issueInstanceList(crypto, { identity: party.identity, identityKey: party.certifierKey(), version: party.list.version + 1, issuedAt: now, instances: [...party.list.instances, second] });
  party.wipe();
  return [
    { ...record, instanceList: list.bytes },
    { ...record, instanceList: list.bytes, instance: { credential: credential.bytes, ...seeds } },
  ];
}

/** A new person with two devices: one RSA key, 0.1–2 s. */
export async function newDevices(crypto: Crypto, name: string, now: number): Promise<readonly [LocalRecord, LocalRecord]> {
  return withSecondDevice(crypto, await createLocalRecord(crypto, { name, deviceName: 'first', now }), now);
}

import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { LocalParty } from '../../electron/engine/certificates/local-party';
import type { VerifiedChain } from '../../electron/engine/certificates/chain';
import type { RemoteParty } from '../../electron/engine/dialog/dialog-engine';
import { instanceIdFromBytes, peerIdFromBytes } from '../../electron/engine/wire/ids';

/** A person with one device, as the dialog engine sees them. */
export interface Person {
  readonly local: LocalParty;
  readonly chain: VerifiedChain;
  remote(): Pick<RemoteParty, 'peerId' | 'identity' | 'exchange'>;
}

export async function newPerson(crypto: Crypto, name: string): Promise<Person> {
  const signing = crypto.generateSigning();
  const kem = crypto.generateKem('exchange-kem');
  const peerId = peerIdFromBytes(crypto.random(32));
  const instanceId = instanceIdFromBytes(crypto.random(16));
  const identity = { peerId, subject: new TextEncoder().encode(`CN=${name}`) };
  const notBefore = Date.UTC(2026, 0, 1);
  const instanceCredential = { hash: crypto.random(32), serial: crypto.random(16), notBefore, instanceId, signingKey: signing.publicKey };
  const credential = { hash: crypto.random(32), serial: crypto.random(16), notBefore, kemKey: kem.publicKey };
  const list = { version: 1, instances: [{ instanceId, state: 'active' }] };
  const own = { credential, kem: kem.secret };
  const local = {
    peerId, instanceId, identity, list,
    instance: { credential: instanceCredential, signing },
    exchange: { current: own, find: (hash: Uint8Array) => (Buffer.compare(hash, credential.hash) === 0 ? own : undefined) },
  };
  const chain = { identity, list, instance: instanceCredential, exchange: credential };
  return {
    local: local as unknown as LocalParty,
    chain: chain as unknown as VerifiedChain,
    remote: () => ({ peerId, identity: identity as never, exchange: credential as never }),
  };
}

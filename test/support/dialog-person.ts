import { type VerifiedChain, verifyChain } from '../../electron/engine/certificates/chain';
import { createLocalRecord, type LocalParty, openLocalParty } from '../../electron/engine/certificates/local-party';
import type { Crypto } from '../../electron/engine/crypto/crypto';
import type { RemoteParty } from '../../electron/engine/dialog/dialog-engine';

/** A person with one device, as the dialog engine sees them. */
export interface Person {
  readonly local: LocalParty;
  readonly chain: VerifiedChain;
  remote(): Pick<RemoteParty, 'peerId' | 'identity' | 'exchange'>;
}

/** Real certificates: one RSA key, 0.1–2 s. */
export async function newPerson(crypto: Crypto, name: string, now = Date.UTC(2026, 0, 1)): Promise<Person> {
  const record = await createLocalRecord(crypto, { name, deviceName: `${name}'s desk`, now });
  const local = openLocalParty(crypto, record);
  const chain = verifyChain(crypto, local.chain, { now });
  return { local, chain, remote: () => ({ peerId: local.peerId, identity: chain.identity, exchange: chain.exchange }) };
}

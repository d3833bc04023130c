import type { ArchivedSigner } from '../../engine/exchange/archived-headers';
import { encodeKeyHistory, type KeyElement, type KeyHistory, parseKeyElements } from '../../engine/certificates/key-history';
import { type IdentityCertificate, recallIdentityCertificate } from '../../engine/certificates/identity-certificate';
import type { Crypto } from '../../engine/crypto/crypto';
import type { PeerId } from '../../engine/ids';
import type { OpenProfile } from '../open-profile';
import type { KeptSigner } from '../ports/kept-headers';

/** Whoever may have signed key headers between this person and a contact, with what leads from the peer id to the key of each. */
export function archivedSigners(crypto: Crypto, { stores, local }: OpenProfile, peerId: PeerId): ArchivedSigner[] {
  const own = [{ credential: local.instance.credential.bytes, certificate: local.identity.der }, ...stores.keptHeaders.signers(local.peerId)];
  const record = stores.peers.find(peerId);
  const theirs = [...stores.keptHeaders.signers(peerId), ...(record?.instances ?? []).map((credential) => ({ credential, certificate: record?.identityCertificate ?? new Uint8Array(0) }))];
  return [...withHistory(crypto, local.peerId, own, local.history), ...withHistory(crypto, peerId, theirs, historyOf(crypto, stores, peerId, theirs))];
}

function withHistory(crypto: Crypto, peerId: PeerId, signers: readonly KeptSigner[], history: KeyHistory | undefined): ArchivedSigner[] {
  const told = new Set<string>();
  return signers.flatMap(({ credential, certificate }) => {
    const name = Buffer.from(crypto.sha256(credential)).toString('hex');
    const identity = recalled(crypto, certificate);
    if (identity === undefined || told.has(name)) return [];
    told.add(name);
    const upTo = history && { first: history.first, elements: history.elements.filter(({ epoch }) => epoch <= identity.epoch) };
    return [{ peerId, certificate, credential, ...(identity.epoch > 1 && upTo && { history: encodeKeyHistory(upTo) }) }];
  });
}

/** The keys of a contact as far as they were heard of, from the first on. */
function historyOf(crypto: Crypto, stores: OpenProfile['stores'], peerId: PeerId, signers: readonly KeptSigner[]): KeyHistory | undefined {
  const first = signers.map(({ certificate }) => recalled(crypto, certificate)).find((identity) => identity?.epoch === 1);
  if (first === undefined) return undefined;
  const rows = [...stores.peerKeys.history(peerId)].sort((a, b) => a.epoch - b.epoch);
  const elements = rows.flatMap(({ steps }): readonly KeyElement[] => (steps === undefined ? [] : parseKeyElements(crypto, steps)));
  return { first, elements };
}

function recalled(crypto: Crypto, certificate: Uint8Array): IdentityCertificate | undefined {
  try {
    return recallIdentityCertificate(crypto, certificate);
  } catch {
    return undefined;
  }
}

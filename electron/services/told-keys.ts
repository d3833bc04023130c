import { KeyshiftError } from '../../shared/errors';
import { type Chain, verifyChain, type VerifiedChain } from '../engine/certificates/chain';
import { followKeyLinks, type KeyElement } from '../engine/certificates/key-history';
import type { Crypto } from '../engine/crypto/crypto';
import { spkiHash } from '../engine/identity/peer-id';
import type { HeldKey, RekeyAnswer } from '../engine/session/rekey-answer';

/** What another own device says led to a later key, as if the person themselves had answered; undefined where it does not lead there from the key held. `now`: Unix milliseconds. */
export function answerOf(crypto: Crypto, now: number, held: HeldKey, elements: readonly KeyElement[], chain: Chain | undefined): RekeyAnswer | undefined {
  const { peerId, recoveryKeyHash } = held;
  return unlessRefused(() => {
    const { revoked, purpose, ...head } = followKeyLinks(crypto, peerId, held, elements, recoveryKeyHash);
    const device = chain && unlessRefused((): VerifiedChain => verifyChain(crypto, chain, { now, pinnedSpkiHash: spkiHash(crypto, head.spki), expectedPeerId: peerId }));
    return { peerId, head, elements, revoked, purpose, ...(device && { chain: device }) };
  });
}

function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof KeyshiftError) return undefined;
    throw error;
  }
}

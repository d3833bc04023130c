import { IdentityLapsed } from '../engine/certificates/chain';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock, Transport } from '../engine/ports';
import { openChannel } from '../engine/session/channel';
import { askForKeys } from '../engine/session/rekey-asker';
import type { HeldKey, RekeyAnswer } from '../engine/session/rekey-answer';
import type { Candidate } from './candidates';
import { NotNeeded, type Places, race, type Turn } from './racing';

const dialTimeoutMs = 5_000;

export interface RekeyRoundParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly transport: Transport;
  /** As others may know it: whoever is asked may ask back. */
  readonly local: LocalParty;
  readonly places: Places;
  readonly candidates: readonly Candidate[];
  /** A device answered that is one of theirs, under a certificate that ended long ago. */
  readonly onLapsed: () => void;
  /** The profile ends. */
  readonly quit: AbortSignal;
}

export interface Asked {
  /** The key the answer begins at. */
  readonly held: HeldKey;
  readonly answer: RekeyAnswer;
}

/**
 * Asks one person's devices, side by side, what their keys are now: under the first of `held` that gives an answer. `refused`: somebody was there
 * and no answer counts; `silent`: nobody was.
 */
export async function askAround(parts: RekeyRoundParts, held: readonly HeldKey[], pairSecret: Uint8Array | undefined): Promise<Asked | 'refused' | 'silent'> {
  const { clock, places, quit, candidates } = parts;
  let met = false;
  const attempt = async ({ address }: Candidate, turn: Turn): Promise<Asked> => {
    let failure: unknown = new Error('nothing is held of this person');
    for (const key of held) {
      const link = await parts.transport.dial(address, dialTimeoutMs, turn.signal, key.peerId);
      const giveUp = (): void => link.destroy();
      turn.signal.addEventListener('abort', giveUp);
      try {
        if (turn.signal.aborted) throw giveUpBefore(giveUp);
        const channel = await openChannel(parts.crypto, clock, link, 'rekey');
        met = true;
        const answer = await askForKeys(channel, { crypto: parts.crypto, local: parts.local, now: () => clock.now(), held: key, ...(pairSecret && { pairSecret }), offer: true });
        // Anybody may say that there is nothing new: it counts from a device that shows it is one.
        if (answer.elements.length > 0 || answer.chain !== undefined) return { held: key, answer };
      } catch (error) {
        // A later key that nobody answers for may be a thief's: the pinned one is asked under next.
        failure = error;
        if (error instanceof IdentityLapsed && !turn.signal.aborted) parts.onLapsed();
        if (turn.signal.aborted) break;
      } finally {
        turn.signal.removeEventListener('abort', giveUp);
      }
    }
    throw failure;
  };
  try {
    return await race({ clock, places, quit, candidates, attempt, onStart: () => undefined, onEnd: () => undefined });
  } catch {
    return met ? 'refused' : 'silent';
  }
}

function giveUpBefore(giveUp: () => void): NotNeeded {
  giveUp();
  return new NotNeeded();
}

import { IdentityLapsed } from '../engine/certificates/chain';
import type { KeyElement } from '../engine/certificates/key-history';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import type { Clock, Transport } from '../engine/ports';
import { type Channel, openChannel } from '../engine/session/channel';
import { appeal } from '../engine/session/rekey-appeal';
import { askForKeys } from '../engine/session/rekey-asker';
import type { HeldKey, RekeyAnswer } from '../engine/session/rekey-answer';
import { spkiHash } from '../engine/identity/peer-id';
import type { Candidate } from './candidates';
import { isTheirs, leadsElsewhere } from './held-keys';
import { isSame } from './moving-pins';
import type { PeerBook } from './peer-book';
import { NotNeeded, type Places, race, type Turn } from './racing';

const dialTimeoutMs = 5_000;

export interface RekeyRoundParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly transport: Transport;
  /** As others may know it: whoever is asked may ask back. */
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly places: Places;
  readonly candidates: readonly Candidate[];
  /** A device answered that is one of theirs, under a certificate that ended long ago. */
  readonly onLapsed: () => void;
  /** Keys before the pinned one, asked under where `held` explains nothing: only where a key was shown that is not known. */
  readonly left: readonly HeldKey[];
  /** What shows to this person that a dial was refused there, 32 bytes: where that was so a moment ago. */
  readonly refusedSecret: () => Uint8Array | undefined;
  /** By `AskerParts`. */
  readonly onTold: (elements: readonly KeyElement[]) => void;
  /** By `RekeyParts`. */
  readonly onTime: (time: number) => void;
  /** The profile ends. */
  readonly quit: AbortSignal;
}

export interface Asked {
  /** The key the answer begins at. */
  readonly held: HeldKey;
  readonly answer: RekeyAnswer;
}

/**
 * Asks one person's devices, side by side, what their keys are now: under the first of `held` (the newest first, the pinned one last) that gives an answer. `refused`: somebody was there
 * and no answer counts; `silent`: nobody was, or none but devices that were removed or stopped.
 */
export async function askAround(parts: RekeyRoundParts, held: readonly HeldKey[], pairSecret: Uint8Array | undefined): Promise<Asked | 'refused' | 'silent'> {
  const { clock, places, quit, candidates, left } = parts;
  const met = new Set<Candidate>();
  /** That the newest key held is the newest. Where another one was shown, somebody else may say more. */
  let unchanged: Asked | undefined;
  const isEnough = (key: HeldKey, answer: RekeyAnswer): boolean => {
    if (left.length === 0) return true;
    const headHash = spkiHash(parts.crypto, answer.head.spki);
    return left.includes(key) ? leadsElsewhere(answer, headHash, [...held, ...left]) : !isSame(headHash, key.spkiHash);
  };
  const onChannel = async <T>(candidate: Candidate, turn: Turn, key: HeldKey, work: (channel: Channel) => Promise<T>): Promise<T> => {
    const link = await parts.transport.dial(candidate.address, dialTimeoutMs, turn.signal, key.peerId);
    const giveUp = (): void => link.destroy();
    turn.signal.addEventListener('abort', giveUp);
    try {
      if (turn.signal.aborted) throw giveUpBefore(giveUp);
      const channel = await openChannel(parts.crypto, clock, link, 'rekey');
      met.add(candidate);
      return await work(channel);
    } finally {
      turn.signal.removeEventListener('abort', giveUp);
    }
  };
  const attempt = async (candidate: Candidate, turn: Turn): Promise<Asked> => {
    let failure: unknown = new Error('nothing is held of this person');
    let heard = false;
    const common = { crypto: parts.crypto, local: parts.local, now: () => clock.now(), onTold: parts.onTold, onTime: parts.onTime };
    for (const key of [...held, ...left]) {
      try {
        const answer = await onChannel(candidate, turn, key, (channel) => askForKeys(channel, { ...common, held: key, ...(pairSecret && { pairSecret }), offer: true }));
        // Anybody may say that there is nothing new: it counts from a device that shows it is one.
        heard = answer.elements.length > 0 || answer.chain !== undefined;
        if (answer.chain && answer.elements.length === 0 && held.includes(key) && !isTheirs(parts, key, answer.chain)) {
          // As if that device were not there: whoever counts is heard, and a thief of it changes nothing for anybody else.
          met.delete(candidate);
          break;
        }
        if (heard && isEnough(key, answer)) return { held: key, answer };
        if (heard && held.includes(key)) unchanged ??= { held: key, answer };
      } catch (error) {
        // A later key that nobody answers for may be a thief's: the pinned one is asked under next.
        failure = error;
        if (error instanceof IdentityLapsed && !turn.signal.aborted) parts.onLapsed();
      }
      if (heard || turn.signal.aborted) break;
    }
    const [newest] = held;
    if (!heard && parts.refusedSecret() && newest && !turn.signal.aborted) {
      await onChannel(candidate, turn, newest, async (channel) => {
        // Only now: its memory is overwritten, and another secret's, once it shows nothing any more, and meeting somebody takes seconds.
        const secret = parts.refusedSecret();
        if (secret) await appeal(channel, { ...common, held: newest, secret });
        else channel.close();
      });
    }
    throw failure;
  };
  try {
    return await race({ clock, places, quit, candidates, attempt, onStart: () => undefined, onEnd: () => undefined });
  } catch {
    return unchanged ?? (met.size > 0 ? 'refused' : 'silent');
  }
}

function giveUpBefore(giveUp: () => void): NotNeeded {
  giveUp();
  return new NotNeeded();
}

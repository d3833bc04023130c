import type { KeyHistory } from '../engine/certificates/key-history';
import type { LocalParty } from '../engine/certificates/local-party';

/**
 * The own party as those who ask for later keys see it. Of keys that were forgotten nobody is told what came after them (S5-20): the history
 * that proves the peer id to strangers stays whole.
 */
export class AnsweringParty {
  readonly #local: LocalParty;
  readonly #forgotten: () => number;
  #made: { readonly forgotten: number; readonly party: LocalParty } | undefined;

  /** `forgotten`: own keys up to this epoch are answered for no more. */
  constructor(local: LocalParty, forgotten: () => number) {
    this.#local = local;
    this.#forgotten = forgotten;
  }

  current(): LocalParty {
    const forgotten = this.#forgotten();
    if (this.#made?.forgotten !== forgotten) this.#made = { forgotten, party: without(this.#local, forgotten) };
    return this.#made.party;
  }
}

function without(local: LocalParty, forgotten: number): LocalParty {
  if (forgotten === 0) return local;
  const oldKey: LocalParty['oldKey'] = (spkiHash) => {
    const key = local.oldKey(spkiHash);
    return key !== undefined && key.epoch > forgotten ? key : undefined;
  };
  return { ...local, oldKey, history: local.history && after(local.history, forgotten) };
}

/** Beginning with the first key that is not forgotten; after a recovery, which names every key before it, all of them lead on. */
function after({ first, elements }: KeyHistory, forgotten: number): KeyHistory {
  const at = elements.findIndex(({ epoch }) => epoch > forgotten);
  const start = elements[at];
  if (first.epoch > forgotten || start === undefined || start.kind === 'recovery') return { first, elements };
  return { first: { ...first, epoch: start.epoch, spki: start.spki, spkiHash: start.spkiHash }, elements: elements.slice(at + 1) };
}

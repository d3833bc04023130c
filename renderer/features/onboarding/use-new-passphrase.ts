import { useRef, useState, type RefObject } from 'react';
import { clearPassphrase, takePassphrase } from '../../ui/passphrase-field';
import { passphraseStrength, shortestPassphrase } from '../../../shared/passphrase-strength';
import { nothingTyped, type MeasuredStrength } from './strength-hint';

/** What is known about two fields without keeping what stands in them. */
interface Judgement {
  readonly measured: MeasuredStrength;
  readonly short: boolean;
  readonly differs: boolean;
  /** As long as the first: from here on a difference is worth a word. */
  readonly repeated: boolean;
}

const untouched: Judgement = { measured: nothingTyped, short: true, differs: false, repeated: false };

export interface NewPassphrase extends Judgement {
  readonly first: RefObject<HTMLInputElement | null>;
  readonly second: RefObject<HTMLInputElement | null>;
  readonly judge: () => void;
  /** The passphrase when both fields agree on one that is long enough, and then both are empty; else undefined. */
  readonly take: () => string | undefined;
}

/** A passphrase to be chosen, typed twice. */
export function useNewPassphrase(): NewPassphrase {
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const [judgement, setJudgement] = useState(untouched);
  const look = (): Judgement => {
    const next = judgementOf(first.current?.value ?? '', second.current?.value ?? '');
    setJudgement(next);
    return next;
  };
  return {
    ...judgement,
    first,
    second,
    judge: () => void look(),
    take: () => {
      const { short, differs } = look();
      if (short || differs) return undefined;
      const passphrase = takePassphrase(first.current);
      clearPassphrase(second.current);
      setJudgement(untouched);
      return passphrase;
    },
  };
}

function judgementOf(passphrase: string, again: string): Judgement {
  return {
    measured: passphraseStrength(passphrase),
    short: Array.from(passphrase).length < shortestPassphrase,
    differs: passphrase !== again,
    repeated: again !== '' && again.length >= passphrase.length,
  };
}

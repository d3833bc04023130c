import { useRef, useState, type RefObject } from 'react';
import { clearPassphrase, takePassphrase } from '../../ui/passphrase-field';
import { passphraseStrength, shortestPassphrase } from '../../../shared/passphrase-strength';
import { nothingTyped, type MeasuredStrength } from './strength-hint';

/** What is known about two fields without keeping what stands in them. */
interface Judgement {
  readonly measured: MeasuredStrength;
  readonly short: boolean;
  /** Weaker than what it is for asks for. */
  readonly tooWeak: boolean;
  readonly differs: boolean;
  /** As long as the first: from here on a difference is worth a word. */
  readonly repeated: boolean;
}

const untouched: Judgement = { measured: nothingTyped, short: true, tooWeak: false, differs: false, repeated: false };

export interface NewPassphrase extends Judgement {
  readonly first: RefObject<HTMLInputElement | null>;
  readonly second: RefObject<HTMLInputElement | null>;
  readonly judge: () => void;
  /** The passphrase when both fields agree on one that is good enough, and then both are empty; else undefined, with the focus where it is wrong. */
  readonly take: () => string | undefined;
}

/** Of four steps of strength: what a file has that can be copied and tried for years. */
const leastOfFile = 3;

/** A passphrase to be chosen, typed twice; `file`: weak ones are refused. */
export function useNewPassphrase(use: 'vault' | 'file' = 'vault'): NewPassphrase {
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  const [judgement, setJudgement] = useState(untouched);
  const look = (): Judgement => {
    const next = judgementOf(first.current?.value ?? '', second.current?.value ?? '', use === 'file' ? leastOfFile : 0);
    setJudgement(next);
    return next;
  };
  return {
    ...judgement,
    first,
    second,
    judge: () => void look(),
    take: () => {
      const { short, tooWeak, differs } = look();
      if (short || tooWeak) first.current?.focus();
      else if (differs) second.current?.focus();
      if (short || tooWeak || differs) return undefined;
      const passphrase = takePassphrase(first.current);
      clearPassphrase(second.current);
      setJudgement(untouched);
      return passphrase;
    },
  };
}

function judgementOf(passphrase: string, again: string, least: number): Judgement {
  const measured = passphraseStrength(passphrase);
  return {
    measured,
    tooWeak: measured.steps < least,
    short: Array.from(passphrase).length < shortestPassphrase,
    differs: passphrase !== again,
    repeated: again !== '' && again.length >= passphrase.length,
  };
}

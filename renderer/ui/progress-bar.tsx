import type { ReactNode } from 'react';
import { heard } from '../i18n/heard';

export interface ProgressBarProps {
  readonly label: string;
  readonly done: number;
  /** 0: not known yet how much there is. */
  readonly total: number;
  /** How far it is, in words. */
  readonly words: string;
}

/** How far something is. Assistive technology reads it when asked; nothing speaks at every step. */
export function ProgressBar({ label, done, total, words }: ProgressBarProps): ReactNode {
  return (
    <div className="progress">
      <span className="field-label">{label}</span>
      {total === 0 ? <progress className="progress-bar" aria-label={heard(label)} /> : <progress className="progress-bar" aria-label={heard(label)} aria-valuetext={heard(words)} max={total} value={done} />}
      <span className="field-hint">{words}</span>
    </div>
  );
}

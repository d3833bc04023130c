import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { passphraseStrength } from '../../../shared/passphrase-strength';

export type MeasuredStrength = ReturnType<typeof passphraseStrength>;

/** What is shown while nothing was typed. */
export const nothingTyped: MeasuredStrength = passphraseStrength('');

/** Shows a measure, and never sees the passphrase it was taken of. `idle`: what is said while nothing was typed. `isSaid`: what is wrong with it stands below already. */
export function StrengthHint({ measured: { strength, steps }, idle, isSaid = false }: { readonly measured: MeasuredStrength; readonly idle?: string; readonly isSaid?: boolean }): ReactNode {
  const text = useText();
  if (steps === 0) return idle ?? text('onboarding.passphrase.hint');
  return (
    <span className={`strength ${strength}`}>
      <span className="strength-steps" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={step <= steps ? 'step reached' : 'step'} />
        ))}
      </span>
      {isSaid ? null : text(`onboarding.strength.${strength}`)}
    </span>
  );
}

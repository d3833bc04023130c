import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { passphraseStrength } from './passphrase-strength';

export function StrengthHint({ passphrase }: { readonly passphrase: string }): ReactNode {
  const text = useText();
  const { strength, steps } = passphraseStrength(passphrase);
  if (passphrase === '') return text('onboarding.passphrase.hint');
  return (
    <span className={`strength ${strength}`}>
      <span className="strength-steps" aria-hidden="true">
        {[1, 2, 3, 4].map((step) => (
          <span key={step} className={step <= steps ? 'step reached' : 'step'} />
        ))}
      </span>
      {text(`onboarding.strength.${strength}`)}
    </span>
  );
}

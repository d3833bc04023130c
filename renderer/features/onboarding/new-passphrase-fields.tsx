import type { ReactNode } from 'react';
import { useText } from '../../i18n/use-text';
import { PassphraseField } from '../../ui/passphrase-field';
import { StrengthHint } from './strength-hint';
import type { NewPassphrase } from './use-new-passphrase';

export interface NewPassphraseFieldsProps {
  readonly chosen: NewPassphrase;
  /** It was tried to go on: from here on what is wrong is said. */
  readonly tried: boolean;
  readonly label: string;
  readonly repeat: string;
  readonly hint: string;
  /** What is said of one that is long enough and still too weak; only where such a one is refused. */
  readonly tooWeak?: string;
  /** What else is wrong with it, as whoever asks for it knows. */
  readonly fault?: string | undefined;
  readonly disabled?: boolean;
}

/** A passphrase to be chosen, typed twice, with its strength. */
export function NewPassphraseFields({ chosen, tried, label, repeat, hint, tooWeak, fault: other, disabled = false }: NewPassphraseFieldsProps): ReactNode {
  const text = useText();
  const ofStrength = !tried ? undefined : chosen.short ? text('onboarding.error.short') : chosen.tooWeak ? tooWeak : undefined;
  const fault = other ?? ofStrength;
  return (
    <>
      <PassphraseField
        label={label}
        fieldRef={chosen.first}
        onTyped={chosen.judge}
        hint={<StrengthHint measured={chosen.measured} idle={hint} isSaid={other === undefined && ofStrength !== undefined} />}
        error={fault}
        autoComplete="new-password"
        disabled={disabled}
      />
      <PassphraseField
        label={repeat}
        fieldRef={chosen.second}
        onTyped={chosen.judge}
        error={(tried || chosen.repeated) && chosen.differs ? text('onboarding.error.differs') : undefined}
        autoComplete="new-password"
        disabled={disabled}
      />
    </>
  );
}

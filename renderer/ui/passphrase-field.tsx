import { useEffect, useId, useState, type ReactNode, type Ref } from 'react';
import { Eye, EyeOff } from 'lucide-react';
import { Button } from 'react-aria-components';
import { useModel } from '../app/model-context';
import { heard } from '../i18n/heard';
import { useText } from '../i18n/use-text';

export interface PassphraseFieldProps {
  readonly label: string;
  /** Where the owner reads the passphrase, once, with `takePassphrase`. */
  readonly fieldRef: Ref<HTMLInputElement>;
  /** Something was typed. The field is handed out to be judged; nobody keeps its text. */
  readonly onTyped?: (field: HTMLInputElement) => void;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly autoComplete: 'current-password' | 'new-password' | 'off';
  readonly disabled?: boolean;
  /** Has the focus when it comes. */
  readonly autoFocus?: boolean;
  /** A code from paper rather than a passphrase: its letters stand apart. */
  readonly code?: boolean;
}

/** No passphrase may be longer, in UTF-16 units (contract of `vault`). */
const longest = 1024;

/**
 * The only field for passphrases, without React's or any library's state: the text stands in the element itself and nowhere
 * else, so that it goes with it. Can be revealed, with the window kept out of screenshots meanwhile, takes a paste, leaves spelling services and suggestions out.
 */
export function PassphraseField({ label, fieldRef, onTyped, hint, error, autoComplete, disabled = false, autoFocus = false, code = false }: PassphraseFieldProps): ReactNode {
  const text = useText();
  const { shield } = useModel();
  const [wanted, setWanted] = useState(false);
  const [shielded, setShielded] = useState(false);
  // Readable once the window is kept out of screenshots, and no longer than that.
  const revealed = wanted && shielded;
  useEffect(() => {
    if (!wanted) return undefined;
    let current = true;
    void shield.raise().then(() => {
      if (current) setShielded(true);
    });
    return () => {
      current = false;
      setShielded(false);
      shield.lower();
    };
  }, [wanted, shield]);
  const id = useId();
  // Behind the effects of a dialog around it: the browser's own way comes before them, and a dialog below takes such a focus back.
  useEffect(() => {
    if (autoFocus) document.getElementById(id)?.focus();
  }, [autoFocus, id]);
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const described = [hint === undefined ? '' : hintId, error === undefined ? '' : errorId].join(' ').trim();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <div className="field-box">
        <input
          ref={fieldRef}
          id={id}
          className={code ? 'field-input mono' : 'field-input'}
          type={revealed ? 'text' : 'password'}
          dir="auto"
          spellCheck="false"
          autoCapitalize="off"
          autoComplete={autoComplete}
          maxLength={longest}
          disabled={disabled}
          aria-invalid={error === undefined ? undefined : true}
          aria-describedby={described === '' ? undefined : described}
          {...(onTyped === undefined ? {} : { onInput: (event) => onTyped(event.currentTarget) })}
        />
        <Button
          className="icon-button quiet in-field"
          aria-label={heard(text(wanted ? 'app.hideField' : 'app.showField', { label }))}
          onPress={() => setWanted(!wanted)}
        >
          {wanted ? <EyeOff aria-hidden="true" /> : <Eye aria-hidden="true" />}
        </Button>
      </div>
      {hint === undefined ? null : (
        <div id={hintId} className="field-hint">
          {hint}
        </div>
      )}
      {error === undefined ? null : (
        <div id={errorId} className="field-error">
          {error}
        </div>
      )}
    </div>
  );
}

/** What stands in the field, which is empty afterwards. */
export function takePassphrase(field: HTMLInputElement | null): string {
  const passphrase = field?.value ?? '';
  clearPassphrase(field);
  return passphrase;
}

export function clearPassphrase(...fields: readonly (HTMLInputElement | null)[]): void {
  for (const field of fields) if (field !== null) field.value = '';
}

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { RotateCcw, X } from 'lucide-react';
import { commandOf, refusalOf, type CommandName, type Refusal } from '../../../shared/model/shortcuts';
import { combinationOf, isMac, keysLabel, takenBy, type Keys } from '../../app/shortcuts';
import { heard } from '../../i18n/heard';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { IconButton } from '../../ui/icon-button';

export interface ShortcutRowProps {
  readonly name: CommandName;
  readonly keys: Keys;
  readonly recording: boolean;
  readonly onRecord: (on: boolean) => void;
  /** Empty: nothing calls it any more. Undefined: as usual. */
  readonly onSet: (combination: string | undefined, from?: CommandName) => void;
}

/** What was pressed and cannot be, or not yet. */
type Outcome = { readonly combination: string; readonly refusal: Refusal } | { readonly combination: string; readonly taken: CommandName };

/** One command: what it is, what calls it, and ways to change that. */
export function ShortcutRow({ name, keys, recording, onRecord, onSet }: ShortcutRowProps): ReactNode {
  const text = useText();
  const label = text(`shortcut.${name}`);
  const usual = commandOf(name).keys;
  const current = keys[name];
  const row = useRef<HTMLLIElement>(null);
  const was = useRef({ recording, current });
  useEffect(() => {
    // What had the focus is gone: it goes to where keys are changed.
    const former = was.current;
    was.current = { recording, current };
    if ((former.recording && !recording) || former.current !== current) {
      if (document.activeElement === document.body) row.current?.querySelector<HTMLElement>('[data-change-keys]')?.focus();
    }
  }, [recording, current]);
  return (
    <li className="shortcut-item" ref={row}>
      <span className="shortcut-name">{label}</span>
      <span className="shortcut-acts">
        {current === '' ? <span className="faint">{text('keyboard.none')}</span> : <kbd>{keysLabel(current, text)}</kbd>}
        {current === usual || recording ? null : (
          <IconButton label={text('keyboard.reset.of', { command: label, keys: keysLabel(usual, text) })} onPress={() => onSet(undefined, takenBy(usual, name, keys))}>
            <RotateCcw aria-hidden="true" />
          </IconButton>
        )}
        {current === '' || recording ? null : (
          <IconButton label={text('keyboard.remove.of', { command: label })} onPress={() => onSet('')}>
            <X aria-hidden="true" />
          </IconButton>
        )}
        {recording ? <Recorder name={name} keys={keys} onEnd={() => onRecord(false)} onSet={onSet} /> : (
          <Button kind="quiet" data-change-keys="" aria-label={heard(text('keyboard.change.of', { command: label }))} onPress={() => onRecord(true)}>
            {text('keyboard.change')}
          </Button>
        )}
      </span>
    </li>
  );
}

/** Waits for keys. Escape and Tab keep what was: nobody is caught in here. */
function Recorder({ name, keys, onEnd, onSet }: { readonly name: CommandName; readonly keys: Keys; readonly onEnd: () => void; readonly onSet: ShortcutRowProps['onSet'] }): ReactNode {
  const text = useText();
  const field = useRef<HTMLButtonElement>(null);
  const [outcome, setOutcome] = useState<Outcome>();
  useEffect(() => {
    field.current?.focus();
  }, []);
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.target !== field.current || event.key === 'Tab') return;
      // Before anything else hears it: Ctrl+L must be recorded and not lock.
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'Escape') return onEnd();
      const combination = combinationOf(event);
      if (combination === undefined) return;
      const refusal = refusalOf(combination, commandOf(name), isMac);
      const taken = takenBy(combination, name, keys);
      if (refusal !== undefined) setOutcome({ combination, refusal });
      else if (taken !== undefined) setOutcome({ combination, taken });
      else onSet(combination);
    };
    document.addEventListener('keydown', heard, true);
    return () => document.removeEventListener('keydown', heard, true);
  }, [name, keys, onEnd, onSet]);
  const shown = outcome === undefined ? '' : keysLabel(outcome.combination, text);
  return (
    <>
      <button ref={field} type="button" className="button recording" aria-describedby={`recorder-${name}`}>
        {text('keyboard.press')}
      </button>
      <Button kind="quiet" onPress={onEnd}>
        {text('app.cancel')}
      </Button>
      <span className="recorder-words" id={`recorder-${name}`} role="status">
        {outcome === undefined ? text('keyboard.press.text') : null}
        {outcome !== undefined && 'refusal' in outcome ? <span className="field-error">{text(`keyboard.refused.${outcome.refusal}`, { keys: shown })}</span> : null}
        {outcome !== undefined && 'taken' in outcome ? <span className="field-error">{text('keyboard.taken', { keys: shown, command: text(`shortcut.${outcome.taken}`) })}</span> : null}
      </span>
      {outcome !== undefined && 'taken' in outcome ? <Button onPress={() => onSet(outcome.combination, outcome.taken)}>{text('keyboard.take', { keys: shown })}</Button> : null}
    </>
  );
}

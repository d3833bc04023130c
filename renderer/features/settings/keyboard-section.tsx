import { useRef, useState, type ReactNode } from 'react';
import { commandNames, commandOf, withKeys, type CommandName } from '../../../shared/model/shortcuts';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel, useSettings } from '../../app/model-context';
import { useShortcutKeys } from '../../app/use-shortcut-keys';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { ShortcutRow } from './shortcut-row';
import { useChangeSettings } from './use-change-settings';

const scopes = ['anywhere', 'messages', 'settings'] as const;

/** The keys of every command, to be changed on this computer. */
export function KeyboardSection(): ReactNode {
  const text = useText();
  const { settings, ui } = useModel();
  const told = useTold();
  const acts = useRef<HTMLDivElement>(null);
  const changed = useSettings((state) => state.settings.shortcuts);
  const keys = useShortcutKeys();
  const change = useChangeSettings();
  const [recording, setRecording] = useState<CommandName>();

  /** `from`: what is called by these keys now and gives them up. */
  const set = (name: CommandName, combination: string | undefined, from?: CommandName): void => {
    const before = from === undefined ? changed : withKeys(changed, from, '');
    change({ shortcuts: [...withKeys(before, name, combination)] });
    setRecording(undefined);
  };
  const resetAll = async (): Promise<void> => {
    setRecording(undefined);
    const answered = focusWhereAsked();
    await told(async () => {
      await settings.getState().change({ shortcuts: [] });
      // The button has nothing to do any more, and would take the focus along.
      answered(acts.current?.querySelector<HTMLElement>('button:last-of-type') ?? null);
      return text('keyboard.resetAll.done');
    });
  };
  return (
    <div className="stack">
      <p className="lead">{text('keyboard.lead')}</p>
      {scopes.map((scope) => (
        <section key={scope} className="stack tight" aria-labelledby={`keyboard-${scope}`}>
          <h3 className="small-heading" id={`keyboard-${scope}`}>
            {text(`shortcuts.${scope}`)}
          </h3>
          <ul className="shortcut-rows">
            {commandNames
              .filter((name) => commandOf(name).scope === scope)
              .map((name) => (
                <ShortcutRow key={name} name={name} keys={keys} recording={recording === name} onRecord={(on) => setRecording(on ? name : undefined)} onSet={(combination, from) => set(name, combination, from)} />
              ))}
          </ul>
        </section>
      ))}
      <div className="dialog-actions start" ref={acts}>
        <Button isDisabled={changed.length === 0} onPress={() => void resetAll()}>
          {text('keyboard.resetAll')}
        </Button>
        <Button kind="quiet" onPress={() => ui.getState().openDialog('shortcuts')}>
          {text('keyboard.showSheet')}
        </Button>
      </div>
    </div>
  );
}

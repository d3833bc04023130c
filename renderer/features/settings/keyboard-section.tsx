import { useState, type ReactNode } from 'react';
import { commandNames, commandOf, withKeys, type CommandName } from '../../../shared/model/shortcuts';
import { useModel, useSettings } from '../../app/model-context';
import { useShortcutKeys } from '../../app/use-shortcut-keys';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { ShortcutRow } from './shortcut-row';
import { useChangeSettings } from './use-change-settings';

const scopes = ['anywhere', 'messages', 'settings'] as const;

/** The keys of every command, to be changed on this computer. */
export function KeyboardSection(): ReactNode {
  const text = useText();
  const { ui } = useModel();
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
      <div className="dialog-actions start">
        <Button
          isDisabled={changed.length === 0}
          onPress={() => {
            setRecording(undefined);
            change({ shortcuts: [] });
            ui.getState().toast(text('keyboard.resetAll.done'));
          }}
        >
          {text('keyboard.resetAll')}
        </Button>
        <Button kind="quiet" onPress={() => ui.getState().openDialog('shortcuts')}>
          {text('keyboard.showSheet')}
        </Button>
      </div>
    </div>
  );
}

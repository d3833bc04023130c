import type { ReactNode } from 'react';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { SelectField } from '../../ui/select-field';
import { SwitchField } from '../../ui/switch-field';
import { OwnWords } from '../desktop/own-words';
import { FilesSettings } from './files-settings';
import { useChangeSettings } from './use-change-settings';

const spellings = ['off', 'en', 'de'] as const;

/** Writing, what others learn of it, and files. */
export function TalksSection(): ReactNode {
  const text = useText();
  const { enterSends, spelling, readReceipts, typing } = useSettings((state) => state.settings);
  const change = useChangeSettings();
  return (
    <div className="stack">
      <SwitchField label={text('settings.enterSends')} hint={text(enterSends ? 'settings.enterSends.on' : 'settings.enterSends.off')} on={enterSends} onChange={(on) => change({ enterSends: on })} />
      <SelectField
        label={text('desktop.spelling')}
        hint={text('desktop.spelling.text')}
        value={spelling}
        onChange={(value) => change({ spelling: value })}
        options={spellings.map((value) => ({ value, label: text(`desktop.spelling.${value}`) }))}
      />
      {spelling === 'off' ? null : <OwnWords />}
      <section className="stack divided" aria-labelledby="settings-told">
        <h3 className="small-heading" id="settings-told">
          {text('settings.told')}
        </h3>
        <SwitchField label={text('settings.readReceipts')} hint={text(readReceipts ? 'settings.readReceipts.on' : 'settings.readReceipts.off')} on={readReceipts} onChange={(on) => change({ readReceipts: on })} />
        <SwitchField label={text('settings.typing')} hint={text(typing ? 'settings.typing.on' : 'settings.typing.off')} on={typing} onChange={(on) => change({ typing: on })} />
      </section>
      <section className="stack divided" aria-labelledby="settings-files">
        <h3 className="small-heading" id="settings-files">
          {text('settings.files')}
        </h3>
        <FilesSettings />
      </section>
    </div>
  );
}

import type { ReactNode } from 'react';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Choice } from '../../ui/choice';
import { SwitchField } from '../../ui/switch-field';
import { useChangeSettings } from './use-change-settings';

const themes = ['system', 'light', 'dark', 'contrast'] as const;
const languages = ['system', 'en', 'de', 'pseudo', 'pseudo-rtl'] as const;

export function LookSection(): ReactNode {
  const text = useText();
  const settings = useSettings((state) => state.settings);
  const change = useChangeSettings();
  return (
    <div className="stack">
      <Choice
        label={text('settings.theme')}
        value={settings.theme}
        onChange={(theme) => change({ theme })}
        options={themes.map((value) => ({ value, label: text(`settings.theme.${value}`) }))}
      />
      <Choice
        label={text('settings.language')}
        value={settings.language}
        onChange={(language) => change({ language })}
        options={languages.map((value) => ({ value, label: text(`settings.language.${value}`) }))}
      />
      <SwitchField
        label={text('settings.enterSends')}
        hint={text(settings.enterSends ? 'settings.enterSends.on' : 'settings.enterSends.off')}
        on={settings.enterSends}
        onChange={(enterSends) => change({ enterSends })}
      />
    </div>
  );
}

import type { ReactNode } from 'react';
import { nameOfListWidth, namedListWidths } from '../../../shared/model/list-width';
import { lookOf } from '../../../shared/model/look';
import type { Settings } from '../../../shared/model/settings';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Choice } from '../../ui/choice';
import { SelectField } from '../../ui/select-field';
import { SwitchField } from '../../ui/switch-field';
import { TextSizeField } from './text-size-field';
import { useChangeSettings } from './use-change-settings';

const themes = ['system', 'light', 'dark'] as const;
const contrasts = ['system', 'high'] as const;
const densities = ['comfortable', 'compact'] as const;
const listWidthNames = ['pictures', 'narrow', 'usual', 'wide'] as const;
const motions = ['system', 'reduced'] as const;
const languages = ['system', 'en', 'de', 'pseudo', 'pseudo-rtl'] as const;

/** How everything looks and reads. Each choice shows at once, on this page too. */
export function LookSection(): ReactNode {
  const text = useText();
  const settings = useSettings((state) => state.settings);
  const change = useChangeSettings();
  const look = lookOf(settings);
  // One value of earlier versions said both.
  const other = settings.theme === 'contrast' ? look : {};
  return (
    <div className="stack">
      <Choice
        label={text('settings.theme')}
        value={look.theme}
        onChange={(theme) => change({ ...other, theme })}
        options={themes.map((value) => ({ value, label: text(`settings.theme.${value}`) }))}
      />
      <Choice
        label={text('settings.contrast')}
        hint={text('settings.contrast.text')}
        value={look.contrast}
        onChange={(contrast) => change({ ...other, contrast })}
        options={contrasts.map((value) => ({ value, label: text(`settings.contrast.${value}`) }))}
      />
      <TextSizeField value={settings.textSize} onChange={(textSize) => change({ textSize })} />
      <Choice
        label={text('settings.density')}
        hint={text('settings.density.text')}
        value={settings.density}
        onChange={(density) => change({ density })}
        options={densities.map((value) => ({ value, label: text(`settings.density.${value}`) }))}
      />
      <Choice
        label={text('settings.listWidth')}
        hint={text('settings.listWidth.text')}
        value={nameOfListWidth(settings.listWidth)}
        onChange={(name) => change({ listWidth: namedListWidths[name] })}
        options={listWidthNames.map((value) => ({ value, label: text(`settings.listWidth.${value}`) }))}
      />
      <Choice
        label={text('settings.motion')}
        hint={text('settings.motion.text')}
        value={settings.motion}
        onChange={(motion) => change({ motion })}
        options={motions.map((value) => ({ value, label: text(`settings.motion.${value}`) }))}
      />
      <SwitchField label={text('settings.wholeList')} hint={text('settings.wholeList.text')} on={settings.wholeList} onChange={(wholeList) => change({ wholeList })} />
      <LanguageField value={settings.language} onChange={(language) => change({ language })} />
    </div>
  );
}

function LanguageField({ value, onChange }: { readonly value: Settings['language']; readonly onChange: (value: Settings['language']) => void }): ReactNode {
  const text = useText();
  return <SelectField label={text('settings.language')} value={value} onChange={onChange} options={languages.map((one) => ({ value: one, label: text(`settings.language.${one}`) }))} />;
}

import type { ReactNode } from 'react';
import { useModel, useSession, useSettings } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { SelectField } from '../../ui/select-field';
import { SwitchField } from '../../ui/switch-field';
import { PassphraseForm } from './passphrase-form';
import { useChangeSettings } from './use-change-settings';

/** Minutes offered; whatever else is set stands in the list too. */
const offered = [1, 5, 15, 30, 60, 240, 0];

/** Neither X11 nor Wayland knows windows that are left out of pictures of the screen. */
const canHide = (): boolean => !navigator.platform.startsWith('Linux');

export function SecuritySection(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { ui } = useModel();
  const settings = useSettings((state) => state.settings);
  const openToOthers = useSettings((state) => state.about?.openToOthers ?? false);
  const keyring = useSession((state) => state.keyring);
  const setKeyring = useSession((state) => state.setKeyring);
  const change = useChangeSettings();
  const minutes = offered.includes(settings.lockAfterMinutes) ? offered : [settings.lockAfterMinutes, ...offered];
  const lockWords = (after: number): string => {
    if (after === 0) return text('settings.lockAfter.never');
    return after % 60 === 0 ? text('settings.lockAfter.hours', { hours: after / 60 }) : text('settings.lockAfter.minutes', { minutes: after });
  };
  return (
    <div className="stack">
      {openToOthers ? <Banner tone="notice">{text('settings.openToOthers')}</Banner> : null}
      <SelectField
        label={text('settings.lockAfter')}
        value={String(settings.lockAfterMinutes)}
        onChange={(value) => change({ lockAfterMinutes: Number(value) })}
        options={minutes.map((after) => ({ value: String(after), label: lockWords(after) }))}
      />
      <SwitchField label={text('desktop.lockOnSleep')} hint={text('desktop.lockOnSleep.text')} on={settings.lockOnSleep} onChange={(lockOnSleep) => change({ lockOnSleep })} />
      <SwitchField
        label={text('settings.contentProtection')}
        hint={text(canHide() ? 'settings.contentProtection.text' : 'settings.contentProtection.notHere')}
        on={settings.contentProtection}
        onChange={(contentProtection) => change({ contentProtection })}
      />
      {keyring === undefined ? null : (
        <SwitchField
          label={text('settings.keyring')}
          hint={text(keyring === 'unavailable' ? 'settings.keyring.unavailable' : 'settings.keyring.text')}
          on={keyring === 'on' || keyring === 'silent'}
          disabled={keyring === 'unavailable'}
          onChange={(enabled) => {
            setKeyring(enabled).catch((thrown: unknown) => ui.getState().toast(errorText(thrown), 'danger'));
          }}
        />
      )}
      <PassphraseForm />
    </div>
  );
}

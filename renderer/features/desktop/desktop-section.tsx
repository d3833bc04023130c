import type { ReactNode } from 'react';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { SelectField } from '../../ui/select-field';
import { SwitchField } from '../../ui/switch-field';
import { useChangeSettings } from '../settings/use-change-settings';

const shown = ['message', 'name', 'nothing', 'off'] as const;

/** How the app behaves on this computer's desktop. */
export function DesktopSection(): ReactNode {
  return (
    <div className="stack">
      <NotificationFields />
      <RunningFields />
    </div>
  );
}

/** What others may see over a shoulder, and hear. */
function NotificationFields(): ReactNode {
  const text = useText();
  const { notifications, sounds } = useSettings((state) => state.settings);
  const change = useChangeSettings();
  return (
    <>
      <SelectField
        label={text('desktop.notifications')}
        hint={text('desktop.notifications.text')}
        value={notifications}
        onChange={(value) => change({ notifications: value })}
        options={shown.map((value) => ({ value, label: text(`desktop.notifications.${value}`) }))}
      />
      <SwitchField label={text('desktop.sounds')} on={sounds} onChange={(on) => change({ sounds: on })} />
    </>
  );
}

/** Without a window, and from when on. */
function RunningFields(): ReactNode {
  const text = useText();
  const { tray, startHidden, startAtLogin } = useSettings((state) => state.settings);
  const change = useChangeSettings();
  return (
    <>
      <SwitchField label={text('desktop.tray')} hint={text('desktop.tray.text')} on={tray} onChange={(on) => change({ tray: on })} />
      <SwitchField
        label={text('desktop.startHidden')}
        hint={text(tray ? 'desktop.startHidden.text' : 'desktop.startHidden.needs')}
        on={tray && startHidden}
        disabled={!tray}
        onChange={(on) => change({ startHidden: on })}
      />
      <SwitchField label={text('desktop.startAtLogin')} hint={text('desktop.startAtLogin.text')} on={startAtLogin} onChange={(on) => change({ startAtLogin: on })} />
    </>
  );
}

import type { ReactNode } from 'react';
import type { Device } from '../../../shared/model/device';
import { useSettings } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { SwitchField } from '../../ui/switch-field';
import { useChangeSettings } from '../settings/use-change-settings';
import { useDeviceName } from './device-apart';

/** Whether the own devices find each other's sessions at the archive among them; nothing where there is none, or this is the only one. */
export function ShareByArchive({ devices }: { readonly devices: readonly Device[] }): ReactNode {
  const text = useText();
  const nameOf = useDeviceName();
  const change = useChangeSettings();
  const on = useSettings((state) => state.settings.shareSessions === 'repository');
  const [archive] = devices.filter(({ roles, state }) => state === 'active' && roles.includes('archive')).sort((a, b) => (a.instanceId < b.instanceId ? -1 : 1));
  if (archive === undefined || archive.current) return null;
  const { name } = nameOf(archive);
  return (
    <div className="divided">
      <SwitchField label={text('devices.share', { name })} hint={on ? text('devices.share.on', { name }) : text('mailbox.share.off')} on={on} onChange={(next) => change({ shareSessions: next ? 'repository' : 'ask' })} />
    </div>
  );
}

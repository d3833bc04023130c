import { useEffect, type ReactNode } from 'react';
import { MonitorSmartphone } from 'lucide-react';
import type { DeviceRequest } from '../../../shared/model/device';
import { useDevices, useModel, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';
import { requestNames } from './device-words';

/** What another device asks this one to allow; gone while the list of devices, where it is answered, is open. */
export function useDeviceRequest(): DeviceRequest | undefined {
  const request = useDevices(({ requests }) => requests[0]);
  const looking = useUi(({ dialog, settingsSection }) => dialog === 'settings' && settingsSection === 'devices');
  return looking ? undefined : request;
}

export function RequestBar({ request }: { readonly request: DeviceRequest }): ReactNode {
  const text = useText();
  const { ui } = useModel();
  const openSettings = useUi((state) => state.openSettings);
  const words = text('bar.device.asks', requestNames(request, text));
  useEffect(() => ui.getState().announce(words), [ui, words]);
  return (
    <Bar tone="notice" icon={<MonitorSmartphone aria-hidden="true" />} actions={<Button onPress={() => openSettings('devices')}>{text('bar.device.asks.show')}</Button>}>
      {words}
    </Bar>
  );
}

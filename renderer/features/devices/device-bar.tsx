import { useEffect, type ReactNode } from 'react';
import { MonitorX } from 'lucide-react';
import type { Device } from '../../../shared/model/device';
import { useDevices, useModel, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Bar } from '../../ui/bar';
import { Button } from '../../ui/button';

/** Set where the device one sits at may not act for its person any more. */
export function useStopped(): Exclude<Device['state'], 'active'> | undefined {
  return useDevices((state) => {
    const own = state.devices?.find(({ current }) => current)?.state;
    return own === 'active' ? undefined : own;
  });
}

/** For as long as it lasts: it cannot be put away. */
export function DeviceBar({ state }: { readonly state: 'suspended' | 'retired' }): ReactNode {
  const text = useText();
  const { ui } = useModel();
  const openSettings = useUi((one) => one.openSettings);
  const words = text(`bar.device.${state}`);
  useEffect(() => ui.getState().announce(words), [ui, words]);
  return (
    <Bar tone="notice" icon={<MonitorX aria-hidden="true" />} actions={<Button onPress={() => openSettings('devices')}>{text('bar.device.show')}</Button>}>
      {words}
    </Bar>
  );
}

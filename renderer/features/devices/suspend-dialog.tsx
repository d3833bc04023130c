import type { ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import type { DeviceDialogProps } from './remove-dialog';
import { useDeviceAct } from './use-device-act';

/** Asked where it cannot be undone: on a device without the identity key. */
export function SuspendDialog({ device, name, onClose }: DeviceDialogProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { devices } = useModel();
  const { busy, failure, run } = useDeviceAct(onClose);
  return (
    <ConfirmDialog
      title={text('devices.suspend.title', { name })}
      keep={text('devices.suspend.keep')}
      act={text('devices.suspend.do', { name })}
      busy={busy}
      onAct={() => void run(() => devices.getState().suspend(device.instanceId), text('devices.suspend.done', { name }))}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('devices.suspend.stops')}</li>
        <li>{text('devices.suspend.elsewhere')}</li>
      </ul>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}

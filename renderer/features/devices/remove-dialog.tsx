import type { ReactNode } from 'react';
import type { Device } from '../../../shared/model/device';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { useDeviceAct } from './use-device-act';

export interface DeviceDialogProps {
  readonly device: Device;
  readonly name: string;
  readonly onClose: () => void;
}

/** Asked because it cannot be undone: what is lost, what is replaced, and what it does not reach. */
export function RemoveDialog({ device, name, onClose }: DeviceDialogProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { devices } = useModel();
  const { busy, failure, run } = useDeviceAct(onClose);
  return (
    <ConfirmDialog
      title={text('devices.remove.title', { name })}
      keep={text('devices.remove.keep', { name })}
      act={text(busy ? 'devices.remove.busy' : 'devices.remove.do', { name })}
      busy={busy}
      onAct={() => void run(() => devices.getState().remove(device.instanceId), text('devices.remove.done', { name }))}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('devices.remove.loss')}</li>
        <li>{device.behind === undefined || device.behind === 0 ? text('devices.remove.unsent') : text('devices.remove.behind', { count: device.behind })}</li>
        <li>{text('devices.remove.keys')}</li>
        <li>{text('devices.remove.stays')}</li>
        <li>{text('devices.remove.mailbox')}</li>
      </ul>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}

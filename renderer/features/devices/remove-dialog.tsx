import type { ReactNode } from 'react';
import type { Device } from '../../../shared/model/device';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

export interface DeviceDialogProps {
  readonly device: Device;
  readonly name: string;
  readonly onClose: () => void;
}

/** Asked because it cannot be undone: what is lost, what is replaced, and what it does not reach. */
export function RemoveDialog({ device, name, onClose }: DeviceDialogProps): ReactNode {
  const text = useText();
  const { devices } = useModel();
  return (
    <ActDialog
      title={text('devices.remove.title', { name })}
      keep={text('devices.remove.keep', { name })}
      act={text('devices.remove.do', { name })}
      acting={text('devices.remove.busy', { name })}
      run={() => devices.getState().remove(device.instanceId)}
      done={text('devices.remove.done', { name })}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('devices.remove.loss')}</li>
        <li>{device.behind === undefined || device.behind === 0 ? text('devices.remove.unsent') : text('devices.remove.behind', { count: device.behind })}</li>
        <li>{text('devices.remove.keys')}</li>
        <li>{text('devices.remove.stays')}</li>
        <li>{text('devices.remove.mailbox')}</li>
      </ul>
    </ActDialog>
  );
}

import type { ReactNode } from 'react';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import type { DeviceDialogProps } from './remove-dialog';

/** Asked where it cannot be undone: on a device without the identity key. */
export function SuspendDialog({ device, name, onClose }: DeviceDialogProps): ReactNode {
  const text = useText();
  const { devices } = useModel();
  return (
    <ActDialog
      title={text('devices.suspend.title', { name })}
      keep={text('devices.suspend.keep')}
      act={text('devices.suspend.do', { name })}
      run={() => devices.getState().suspend(device.instanceId)}
      done={text('devices.suspend.done', { name })}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('devices.suspend.stops')}</li>
        <li>{text('devices.suspend.elsewhere')}</li>
      </ul>
    </ActDialog>
  );
}

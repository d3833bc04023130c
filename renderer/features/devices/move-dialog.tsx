import type { ReactNode } from 'react';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import type { DeviceDialogProps } from './remove-dialog';

/** Asked because from here it cannot be taken back. */
export function MoveDialog({ device, name, onClose }: DeviceDialogProps): ReactNode {
  const text = useText();
  const { devices, identity } = useModel();
  const move = async (): Promise<void> => {
    await devices.getState().moveCertifier(device.instanceId);
    await identity.getState().changed();
  };
  return (
    <ActDialog
      title={text('devices.move.title', { name })}
      keep={text('devices.move.keep')}
      act={text('devices.move.do', { name })}
      acting={text('devices.move.busy', { name })}
      run={move}
      done={text('devices.move.done', { name })}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('devices.move.gets', { name })}</li>
        <li>{text('devices.move.keeps')}</li>
        <li>{text('devices.move.back', { name })}</li>
      </ul>
    </ActDialog>
  );
}

import type { ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import type { DeviceDialogProps } from './remove-dialog';
import { useDeviceAct } from './use-device-act';

/** Asked because from here it cannot be taken back. */
export function MoveDialog({ device, name, onClose }: DeviceDialogProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { devices, identity } = useModel();
  const { busy, failure, run } = useDeviceAct(onClose);
  const move = async (): Promise<void> => {
    await devices.getState().moveCertifier(device.instanceId);
    await identity.getState().changed();
  };
  return (
    <ConfirmDialog
      title={text('devices.move.title', { name })}
      keep={text('devices.move.keep')}
      act={text(busy ? 'devices.move.busy' : 'devices.move.do', { name })}
      busy={busy}
      onAct={() => void run(move, text('devices.move.done', { name }))}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('devices.move.gets', { name })}</li>
        <li>{text('devices.move.keeps')}</li>
        <li>{text('devices.move.back', { name })}</li>
      </ul>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}

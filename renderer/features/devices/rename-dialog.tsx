import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useModel } from '../../app/model-context';
import { useAct } from '../../app/use-act';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/text-field';
import { deviceName, longestDeviceName } from './device-words';
import type { DeviceDialogProps } from './remove-dialog';

export function RenameDialog({ device, name, onClose }: DeviceDialogProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { devices } = useModel();
  const { busy, failure, run, mended } = useAct(onClose);
  const [wanted, setWanted] = useState(device.name);
  const [tried, setTried] = useState(false);
  const missing = wanted.trim() === '';
  const rename = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy || missing) return;
    void run(() => devices.getState().rename(device.instanceId, wanted.trim()), text('devices.renamed', { name: deviceName({ name: wanted }, text) }));
  };
  return (
    <Dialog title={text('devices.rename.title', { name })} onClose={onClose}>
      <Form className="stack" onSubmit={rename} autoComplete="off">
        <TextField
          label={text('devices.rename.label')}
          value={wanted}
          onChange={(typed) => {
            setWanted(typed);
            mended();
          }}
          hint={text('devices.rename.hint')}
          error={tried && missing ? text('devices.rename.missing') : failure === undefined ? undefined : errorText(failure)}
          maxLength={longestDeviceName}
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit" isPending={busy}>
            {text('devices.rename.do')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

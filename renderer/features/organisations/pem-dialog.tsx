import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { KeyshiftError } from '../../../shared/errors';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { cameAtOnce } from '../../ui/came-at-once';
import { Dialog } from '../../ui/dialog';
import { isCutOff } from './is-cut-off';
import { PemField } from './pem-field';
import type { PemLabel } from './pem-of-file';

export interface PemDialogProps {
  readonly title: string;
  readonly lead: string;
  readonly label: string;
  readonly pem: PemLabel;
  readonly act: string;
  /** Answers with what is said when it went well. */
  readonly run: (pasted: string) => Promise<string>;
  readonly onClose: () => void;
}

/** Takes one text of an organisation. */
export function PemDialog({ title, lead, label, pem, act, run, onClose }: PemDialogProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { ui } = useModel();
  const area = useRef<HTMLTextAreaElement>(null);
  const [pasted, setPasted] = useState('');
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || pasted.trim() === '') return;
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    try {
      ui.getState().toast(await run(pasted));
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
      // A private key must not stand on the screen a moment longer.
      setPasted('');
      // The button has nothing to do with an empty field, and would take the focus along.
      answered(area.current);
    }
  };

  return (
    <Dialog title={title} onClose={onClose}>
      <Form className="stack" onSubmit={(event) => void submit(event)}>
        <p className="lead">{lead}</p>
        <PemField
          label={label}
          pem={pem}
          value={pasted}
          areaRef={area}
          onChange={(value) => {
            setPasted(value);
            setFailure(cameAtOnce(pasted, value) && isCutOff(value, [pem]) ? new KeyshiftError('key.garbled', 'Its first or last line is missing.') : undefined);
          }}
          error={failure === undefined ? undefined : toFailure(failure).code === 'key.garbled' ? text('pem.garbled') : errorText(failure)}
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit" isPending={busy} isDisabled={pasted.trim() === ''}>
            {act}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}

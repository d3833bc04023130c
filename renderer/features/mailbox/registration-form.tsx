import { useRef, useState, type DragEvent, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { plainLine } from '../../ui/strangers';
import { TextField } from '../../ui/text-field';

/** No registration is larger, in bytes. */
const largestFile = 1_048_576;

/** Second step to a mailbox: what its operator sent back, as text or as the file it stands in. It lets this device in, so it does not stay on screen. */
export function RegistrationForm(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { mailbox, ui } = useModel();
  const picker = useRef<HTMLInputElement>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const [pasted, setPasted] = useState('');
  const [source, setSource] = useState<string>();
  const [fault, setFault] = useState<string>();
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState(false);

  const take = async (file: File | undefined): Promise<void> => {
    setOver(false);
    if (file === undefined) return;
    setSource(undefined);
    setFault(undefined);
    if (file.size > largestFile) {
      setFault(text('mailbox.enter.tooLarge'));
      return;
    }
    try {
      setPasted(new TextDecoder().decode(await file.arrayBuffer()));
      setSource(plainLine(file.name, 60));
    } catch {
      // A folder, or a file that is gone.
      setFault(text('mailbox.enter.unreadable'));
    }
  };
  const register = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || pasted.trim() === '') return;
    setBusy(true);
    setFault(undefined);
    try {
      await mailbox.getState().register(pasted.trim());
      ui.getState().toast(text('mailbox.enter.done'));
      setPasted('');
      setSource(undefined);
    } catch (thrown) {
      setFault(errorText(thrown));
      area.current?.focus();
    } finally {
      setBusy(false);
    }
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    void take(event.dataTransfer.files[0]);
  };
  return (
    <section className="stack tight" aria-labelledby="mailbox-enter">
      <h3 className="small-heading" id="mailbox-enter">
        {text('mailbox.enter.title')}
      </h3>
      <p className="field-hint">{text('mailbox.enter.text')}</p>
      <div
        className={over ? 'drop-place over' : 'drop-place'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Form className="stack tight" onSubmit={(event) => void register(event)}>
          <TextField
            label={text('mailbox.enter.label')}
            value={pasted}
            onChange={(typed) => {
              setFault(undefined);
              setSource(undefined);
              setPasted(typed);
            }}
            hint={text('mailbox.enter.hint')}
            error={fault}
            lines={5}
            areaRef={area}
            monospace
          />
          <div className="drop-choose">
            <input
              ref={picker}
              type="file"
              hidden
              aria-label={text('mailbox.enter.file.name')}
              onChange={(event) => {
                const [file] = event.currentTarget.files ?? [];
                // The same file may be chosen again after it was mended.
                event.currentTarget.value = '';
                void take(file);
              }}
            />
            <Button onPress={() => picker.current?.click()}>{text('mailbox.enter.file')}</Button>
            <Button kind="main" type="submit" isPending={busy} isDisabled={pasted.trim() === ''}>
              {text(busy ? 'mailbox.enter.busy' : 'mailbox.enter.do')}
            </Button>
            <span className="field-hint" role="status">
              {source === undefined ? '' : text('mailbox.enter.fromFile', { file: source })}
            </span>
          </div>
        </Form>
      </div>
    </section>
  );
}

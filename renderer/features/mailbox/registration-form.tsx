import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { useGone } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { TextOrFile } from '../../ui/text-or-file';

/** No registration is larger, in bytes. */
const largestFile = 1_048_576;

/** Second step to a mailbox: what its operator sent back, as text or as the file it stands in. It lets this device in, so it does not stay on screen. */
export function RegistrationForm(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { mailbox, ui } = useModel();
  const area = useRef<HTMLTextAreaElement>(null);
  const [pasted, setPasted] = useState('');
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const isGone = useGone();
  const standing = useRef('');
  const put = (typed: string): void => {
    standing.current = typed;
    setPasted(typed);
  };

  const register = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || pasted.trim() === '') return;
    if (pasted.trim() === mailbox.getState().status?.deviceKey) {
      setFault(text('mailbox.enter.ownKey'));
      area.current?.focus();
      return;
    }
    const answered = focusWhereAsked();
    setBusy(true);
    setFault(undefined);
    try {
      await mailbox.getState().register(pasted.trim());
      ui.getState().toast(text('mailbox.enter.done'));
      if (standing.current !== pasted) return;
      put('');
      // The button that had the focus is disabled with the empty field, and the focus would be nowhere: not even Escape would close the settings.
      answered(area.current);
    } catch (thrown) {
      // Of another text that stands there by now it is not said; an operator's server may take its time.
      if (isGone() || standing.current !== pasted) return ui.getState().toast(errorText(thrown), 'danger');
      setFault(errorText(thrown));
      answered(area.current);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="stack tight" aria-labelledby="mailbox-enter">
      <h3 className="small-heading" id="mailbox-enter">
        {text('mailbox.enter.title')}
      </h3>
      <p className="field-hint">{text('mailbox.enter.text')}</p>
      <Form onSubmit={(event) => void register(event)}>
        <TextOrFile
          label={text('mailbox.enter.label')}
          value={pasted}
          onChange={(typed) => {
            setFault(undefined);
            put(typed);
          }}
          hint={text('mailbox.enter.hint')}
          error={fault}
          lines={5}
          areaRef={area}
          largestFile={largestFile}
          read={(bytes) => new TextDecoder().decode(bytes)}
          words={{
            choose: text('mailbox.enter.file'),
            field: text('mailbox.enter.file.name'),
            tooLarge: text('mailbox.enter.tooLarge'),
            unreadable: text('mailbox.enter.unreadable'),
            fromFile: (file) => text('mailbox.enter.fromFile', { file }),
          }}
        >
          <Button kind="main" type="submit" isPending={busy} isDisabled={pasted.trim() === ''}>
            {text(busy ? 'mailbox.enter.busy' : 'mailbox.enter.do')}
          </Button>
        </TextOrFile>
      </Form>
    </section>
  );
}

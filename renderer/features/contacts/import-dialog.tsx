import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { useCloseDialog, useGone } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { cameAtOnce } from '../../ui/came-at-once';
import { Dialog } from '../../ui/dialog';
import { useCopy } from '../../ui/use-copy';
import { useShowContact } from '../conversations/use-show';
import { findContact } from './contacts-store';
import { isCutOff } from '../organisations/is-cut-off';
import { PemField } from '../organisations/pem-field';
import { ShownKey } from './shown-key';
import { useShownKey } from './use-shown-key';
import { holdsDeviceLink, holdsInvitation } from '../verify/misplaced-link';

/** A person by their card or certificate: they get a request. The own card can be copied here too. */
export function ImportDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, contacts, ui } = useModel();
  const close = useCloseDialog();
  const isGone = useGone();
  const show = useShowContact();
  const area = useRef<HTMLTextAreaElement>(null);
  const [pasted, setPasted] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const look = useShownKey(pasted);

  /** It is no card, or a part of one. */
  const wordsOfNone = (value: string): string => {
    if (holdsInvitation(value)) return text('import.invitation', { open: text('list.accept') });
    return holdsDeviceLink(value) ? text('accept.deviceLink', { join: text('join.open') }) : text('error.key.garbled');
  };
  const words = (thrown: unknown): string => (toFailure(thrown).code === 'key.garbled' ? wordsOfNone(pasted) : errorText(thrown));
  /** Until it goes by itself, or the request is declined. */
  const tellSent = (contactId: string): void => {
    const isEnded = (): boolean => findContact(contacts.getState(), contactId)?.ended !== undefined;
    if (isEnded()) return;
    ui.getState().toast(text('import.added'), 'calm', contactId);
    const stop = contacts.subscribe(() => {
      if (isEnded()) ui.getState().retract(contactId);
      if (isEnded() || !ui.getState().toasts.some((toast) => toast.about === contactId)) stop();
    });
  };
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy || pasted.trim() === '' || look === undefined) return;
    const answered = focusWhereAsked();
    setBusy(true);
    try {
      const { contactId } = await client.contacts.importKey({ text: pasted });
      await contacts.getState().load();
      const isShown = close();
      tellSent(contactId);
      if (isShown) await show(contactId);
    } catch (thrown) {
      // Put away meanwhile.
      if (isGone()) return ui.getState().toast(words(thrown), 'danger');
      setFailure(words(thrown));
      // A private key must not stand on the screen a moment longer.
      setPasted('');
      // The button has nothing to do with an empty field, and would take the focus along.
      answered(area.current);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog title={text('import.title')} onClose={close}>
      <Form className="stack" onSubmit={(event) => void add(event)}>
        <p className="lead">{text('import.lead')}</p>
        <PemField
          label={text('import.text')}
          value={pasted}
          onChange={(value) => {
            setPasted(value);
            setFailure(cameAtOnce(pasted, value) && isCutOff(value, ['KEYSHIFT CARD', 'CERTIFICATE']) ? wordsOfNone(value) : undefined);
          }}
          error={failure}
          areaRef={area}
          pem="CERTIFICATE"
        />
        <ShownKey look={look} />
        <div className="dialog-actions">
          <Button onPress={close}>{text('app.cancel')}</Button>
          {/* Nobody is asked before it was seen whose key it is. */}
          <Button kind="main" type="submit" isPending={busy} isDisabled={pasted.trim() === '' || look === undefined}>
            {text('import.add')}
          </Button>
        </div>
      </Form>
      <OwnCard />
    </Dialog>
  );
}

function OwnCard(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const copy = useCopy();
  const { client, ui } = useModel();
  const copyCard = async (): Promise<void> => {
    try {
      const card = await client.identity.exportPublic({ format: 'card' });
      await copy(card.text, text('import.own.copied'));
    } catch (thrown) {
      ui.getState().toast(errorText(thrown), 'danger');
    }
  };
  return (
    <section className="stack tight divided">
      <h3 className="small-heading">{text('import.own')}</h3>
      <p className="field-hint">{text('import.own.text')}</p>
      <div className="dialog-actions start">
        <Button onPress={() => void copyCard()}>{text('import.own.copy')}</Button>
      </div>
    </section>
  );
}

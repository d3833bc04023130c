import { useEffect, useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useModel } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { useCopy } from '../../ui/use-copy';
import { isPaused } from './contact-words';
import { NumberGrid } from './number-grid';
import { groupsOf } from './number-groups';
import { useKeysInUse } from './use-keys-in-use';

/** The number both people see, and the mark that it was compared. */
export function SafetyNumber({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const copy = useCopy();
  const { client, contacts, ui } = useModel();
  const [made, setMade] = useState<{ readonly keys: string; readonly digits: string }>();
  const [failure, setFailure] = useState<unknown>();
  const name = nameInSentence(contact.name);
  const keys = useKeysInUse(contact);

  useEffect(() => {
    if (contact.pending) return undefined;
    let wanted = true;
    client.contacts.safetyNumber({ contactId: contact.contactId }).then(
      (answer) => {
        if (!wanted) return;
        setMade({ keys, digits: answer.digits });
        setFailure(undefined);
      },
      (thrown: unknown) => {
        if (wanted) setFailure(thrown);
      },
    );
    return () => {
      wanted = false;
    };
  }, [client, contact.contactId, contact.pending, keys]);

  if (contact.pending) return null;
  if (failure !== undefined && toFailure(failure).code !== 'contact.pending') return <p className="field-error">{errorText(failure)}</p>;
  if (made === undefined) return null;
  // Of other keys it is none any more: until that of those in use now is here, nothing is shown, copied or marked.
  const digits = made.keys === keys ? made.digits : undefined;

  const mark = async (checked: boolean): Promise<void> => {
    if (digits === undefined) return;
    try {
      await contacts.getState().setChecked(contact.contactId, checked);
      ui.getState().toast(checked ? text('who.marked', { name }) : text('who.unmarked'));
    } catch (thrown) {
      ui.getState().toast(errorText(thrown), 'danger');
    }
  };

  return (
    <section className="stack tight" aria-labelledby="safety-heading">
      <h2 className="small-heading" id="safety-heading">
        {text('who.safety')}
      </h2>
      <p className="field-hint">{isPaused(contact) ? text('who.safety.hint.paused', { name }) : text('who.safety.hint')}</p>
      <NumberGrid digits={digits ?? '·'.repeat(60)} testId="safety-number" />
      <div className="dialog-actions start">
        <Button kind="main" onPress={() => ui.getState().openDialog('verify')}>
          {text('who.compare')}
        </Button>
        <Button onPress={() => (digits === undefined ? undefined : void copy(groupsOf(digits).join(' ')))}>{text('who.safety.copy')}</Button>
        {/* While it is open which key is theirs, comparing decides it, and no mark. */}
        {isPaused(contact) ? null : contact.checked ? (
          <Button onPress={() => void mark(false)}>{text('who.unmark')}</Button>
        ) : (
          <Button onPress={() => void mark(true)}>{text('who.mark')}</Button>
        )}
      </div>
    </section>
  );
}

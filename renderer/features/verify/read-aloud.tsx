import { useEffect, useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { groupsOf } from '../contacts/number-groups';
import { useKeysInUse } from '../contacts/use-keys-in-use';

/** One group after the other, so that two people on a call know where they are. */
export function ReadAloud({ contact, name, onSaid }: { readonly contact: Contact; readonly name: string; readonly onSaid: (same: boolean) => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client } = useModel();
  const [digits, setDigits] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const [at, setAt] = useState(0);
  const { contactId } = contact;
  const keys = useKeysInUse(contact);
  useEffect(() => {
    let wanted = true;
    client.contacts.safetyNumber({ contactId }).then(
      (answer) => {
        if (!wanted) return;
        setDigits(answer.digits);
        // Of other keys: what was read so far says nothing any more.
        setAt(0);
      },
      (thrown: unknown) => {
        if (wanted) setFailure(thrown);
      },
    );
    return () => {
      wanted = false;
    };
  }, [client, contactId, keys]);
  if (failure !== undefined) return <p className="field-error">{errorText(failure)}</p>;
  if (digits === undefined) return null;
  const groups = groupsOf(digits);
  const last = at === groups.length - 1;
  const group = groups[at] ?? '';
  return (
    <div className="aloud stack tight">
      <p className="field-hint">{text('verify.aloud.text', { name })}</p>
      <div className="aloud-group" role="status">
        <span className="aloud-count">{text('who.safety.group', { n: at + 1 })}</span>
        {/* Apart, so that a voice says digits and not a number. */}
        <strong className="aloud-digits" aria-label={[...group].join(' ')} role="img">
          {group}
        </strong>
      </div>
      <div className="dialog-actions start">
        <Button isDisabled={at === 0} onPress={() => setAt(at - 1)}>
          {text('verify.aloud.before')}
        </Button>
        {last ? (
          <Button kind="main" onPress={() => onSaid(true)}>
            {text('verify.aloud.same')}
          </Button>
        ) : (
          <Button kind="main" onPress={() => setAt(at + 1)}>
            {text('verify.aloud.next')}
          </Button>
        )}
        <Button kind="danger" onPress={() => onSaid(false)}>
          {text('verify.aloud.differs')}
        </Button>
      </div>
    </div>
  );
}

import { useEffect, useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { QrCode } from '../contacts/qr-code';
import { useKeysInUse } from '../contacts/use-keys-in-use';

/** What the other person reads: made anew when a key of the two changes. */
export function OwnCode({ contact, name }: { readonly contact: Contact; readonly name: string }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client } = useModel();
  const [code, setCode] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const { contactId } = contact;
  const keys = useKeysInUse(contact);
  useEffect(() => {
    let wanted = true;
    client.contacts.safetyCode({ contactId }).then(
      ({ qr }) => {
        if (wanted) setCode(qr);
      },
      (thrown: unknown) => {
        if (wanted) setFailure(thrown);
      },
    );
    return () => {
      wanted = false;
    };
  }, [client, contactId, keys]);
  return (
    <section className="stack tight" aria-labelledby="own-code-heading">
      <h3 className="small-heading" id="own-code-heading">
        {text('verify.show')}
      </h3>
      {code === undefined ? null : <QrCode text={code} label={text('verify.qr', { name })} />}
      {failure === undefined ? null : <p className="field-error">{errorText(failure)}</p>}
      <p className="field-hint">{text('verify.show.text', { name })}</p>
    </section>
  );
}

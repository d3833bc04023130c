import { useEffect, useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { NetworkStatus } from '../../../shared/model/network';
import { useIdentity, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Button } from '../../ui/button';
import { ReachGlyph } from '../../ui/icons';
import { nameInSentence } from '../../ui/strangers';
import { useSaveEnvelopes } from '../conversation/use-envelopes';
import { isBlocked } from './contact-words';

export function ReachTab({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const identity = useIdentity((state) => state.identity);
  const [status, setStatus] = useState<NetworkStatus>();
  useEffect(() => {
    let wanted = true;
    const ask = async (): Promise<void> => {
      const answer = await model.client.network.status();
      if (wanted) setStatus(answer);
    };
    model.background(ask());
    return () => {
      wanted = false;
    };
    // Asked again when the connection to this person changed.
  }, [model, contact.contactId, contact.reach]);

  const saveEnvelopes = useSaveEnvelopes();
  const name = nameInSentence(contact.name);
  const session = status?.sessions.find((one) => one.contactId === contact.contactId);
  const addresses = identity === undefined || identity.addresses.length === 0 ? (status?.listening ?? []) : identity.addresses;
  return (
    <div className="stack">
      <div className={`reach-picture reach-${contact.reach}`}>
        <ReachGlyph reach={contact.reach} />
        <strong>{text(`reach.${contact.reach}`)}</strong>
      </div>
      <p className="sentence">{text(contact.pending ? 'reach.text.pending' : `reach.text.${contact.reach}`, { name })}</p>
      {session === undefined ? null : (
        <p className="field-hint">
          {text('reach.since', { time: times.dateTime(session.since) })} {session.resumed ? text('reach.resumed') : ''}
        </p>
      )}
      {contact.pending || isBlocked(contact) ? null : (
        <section className="stack tight divided">
          <h2 className="small-heading">{text('reach.carry')}</h2>
          <p className="field-hint">{text('reach.carry.text', { name })}</p>
          <Button onPress={() => void saveEnvelopes(contact)}>{text('envelopes.save')}</Button>
        </section>
      )}
      <section className="stack tight divided">
        <h2 className="small-heading">{text('reach.yours')}</h2>
        {addresses.length === 0 ? (
          <p className="field-hint">{status === undefined ? '' : text('reach.yours.none')}</p>
        ) : (
          <ul className="addresses">
            {addresses.map((address) => (
              <li key={address}>
                <code>{address}</code>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

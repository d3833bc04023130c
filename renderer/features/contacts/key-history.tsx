import { useEffect, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { ContactKey } from '../../../shared/model/identity';
import { useModel, usePeople } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { nameInSentence } from '../../ui/strangers';
import { Fingerprint } from './fingerprint';

/** Every identity key this person was known by here, newest first, with what spoke for each. */
export function KeyHistory({ contact }: { readonly contact: Contact }): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const keys = usePeople((state) => state.histories[contact.contactId]);
  const unread = usePeople((state) => state.unread.has(contact.contactId));
  const { contactId, pending, keyEpoch } = contact;
  useEffect(() => {
    if (!pending) model.background(model.people.getState().loadHistory(contactId));
  }, [model, contactId, pending, keyEpoch]);
  if (pending) return null;
  const name = nameInSentence(contact.name);
  return (
    <section className="stack tight" aria-labelledby="key-history-heading">
      {/* What "See history" leads to. */}
      <h2 className="small-heading" id="key-history-heading" tabIndex={-1}>
        {text('history.heading', { name })}
      </h2>
      {unread ? <p className="field-error">{text('history.unread')}</p> : null}
      <ol className="key-history">
        {keys?.map((key, index) => (
          <li key={key.fingerprint} className={`key-past${key.current ? ' current' : ''}`} data-testid="known-key">
            <strong>{text(key.current ? 'history.key.current' : 'history.key', { epoch: key.epoch })}</strong>
            <span className="block">{text(`history.origin.${key.origin}`, { name, when: times.dateTime(key.since) })}</span>
            <Unmet newer={key} older={keys[index + 1]} name={name} />
            <span className="field-hint block">{text(key.checked ? 'history.checked' : 'history.unchecked')}</span>
            <Fingerprint value={key.fingerprint} />
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Numbers between two keys that were never met here. */
function Unmet({ newer, older, name }: { readonly newer: ContactKey; readonly older: ContactKey | undefined; readonly name: string }): ReactNode {
  const text = useText();
  const count = older === undefined ? 0 : newer.epoch - older.epoch - 1;
  if (count <= 0) return null;
  return <span className="field-hint block">{text(newer.origin === 'recovery' ? 'history.unmet.recovery' : 'history.unmet', { count, from: newer.epoch - count, to: newer.epoch - 1, name })}</span>;
}

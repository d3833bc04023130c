import { useEffect, useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyTrouble } from '../../../shared/model/identity';
import { useModel, usePeople } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { useKeysInUse } from '../contacts/use-keys-in-use';
import { Candidate } from './candidate';

/** The keys in question, each with its number: the one that the other screen shows is theirs. */
export function PausedKeys({ contact, name, trouble }: { readonly contact: Contact; readonly name: string; readonly trouble: KeyTrouble }): ReactNode {
  const text = useText();
  const times = useTimes();
  // Of a fork that was seen late one is the key in use, which stands below by itself.
  const inUse = usePeople((state) => state.histories[contact.contactId])?.find(({ current }) => current)?.fingerprint;
  const candidates = trouble.candidates.filter(({ fingerprint }) => fingerprint !== inUse);
  return (
    <section className="stack tight" aria-labelledby="paused-keys-heading">
      <h3 className="small-heading" id="paused-keys-heading">
        {text('paused.keys', { name })}
      </h3>
      <p className="field-hint">{text('paused.keys.text', { name })}</p>
      <ul className="candidates">
        {candidates.map(({ fingerprint, digits, vouched, seenAt, epoch }, index) => (
          <Candidate
            key={fingerprint}
            contact={contact}
            name={name}
            title={candidates.length === 1 ? text('paused.candidate.one') : text('paused.candidate', { n: index + 1 })}
            hint={text(vouched ? 'paused.candidate.vouched' : 'paused.candidate.unvouched', { when: times.dateTime(seenAt), epoch })}
            digits={digits}
            fingerprint={fingerprint}
          />
        ))}
        <KnownKey contact={contact} name={name} inQuestion={candidates.length < trouble.candidates.length} />
      </ul>
    </section>
  );
}

/** The one that was believed before: it may be that nothing changed, and somebody else showed the others. `inQuestion`: the old key vouched for this one and for another. */
function KnownKey({ contact, name, inQuestion }: { readonly contact: Contact; readonly name: string; readonly inQuestion: boolean }): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const { contactId } = contact;
  const key = usePeople((state) => state.histories[contactId])?.find(({ current }) => current);
  const keys = useKeysInUse(contact);
  const [digits, setDigits] = useState<string>();
  useEffect(() => {
    let wanted = true;
    const ask = async (): Promise<void> => {
      const answer = await model.client.contacts.safetyNumber({ contactId });
      if (wanted) setDigits(answer.digits);
    };
    model.background(ask());
    return () => {
      wanted = false;
    };
  }, [model, contactId, keys]);
  if (key === undefined || digits === undefined) return null;
  return (
    <Candidate
      contact={contact}
      name={name}
      title={text('paused.candidate.known')}
      hint={text(inQuestion ? 'paused.candidate.known.vouched' : 'paused.candidate.known.text', { name, epoch: key.epoch, when: times.date(key.since) })}
      digits={digits}
      fingerprint={key.fingerprint}
    />
  );
}

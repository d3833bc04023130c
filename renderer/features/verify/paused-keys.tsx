import { useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyCandidate, KeyTrouble } from '../../../shared/model/identity';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Fingerprint } from '../contacts/fingerprint';
import { NumberGrid } from '../contacts/number-grid';

/** The keys that claim to be this person's, each with its number: the one the other screen shows is theirs. */
export function PausedKeys({ contact, name, trouble }: { readonly contact: Contact; readonly name: string; readonly trouble: KeyTrouble }): ReactNode {
  const text = useText();
  return (
    <section className="stack" aria-labelledby="paused-keys-heading">
      <h3 className="small-heading" id="paused-keys-heading">
        {text(trouble.kind === 'fork' ? 'paused.keys.fork' : 'paused.keys.unknown', { name, count: trouble.candidates.length })}
      </h3>
      <p className="field-hint">{text('paused.keys.text', { name })}</p>
      <ul className="candidates">
        {trouble.candidates.map((candidate, index) => (
          <Candidate key={candidate.fingerprint} contact={contact} name={name} candidate={candidate} n={index + 1} of={trouble.candidates.length} />
        ))}
      </ul>
    </section>
  );
}

interface CandidateProps {
  readonly contact: Contact;
  readonly name: string;
  readonly candidate: KeyCandidate;
  readonly n: number;
  readonly of: number;
}

function Candidate({ contact, name, candidate, n, of }: CandidateProps): ReactNode {
  const text = useText();
  const times = useTimes();
  const { client, contacts } = useModel();
  const told = useTold();
  const [sure, setSure] = useState(false);
  const title = of === 1 ? text('paused.candidate.one') : text('paused.candidate', { n });
  const accept = (): Promise<void> =>
    told(async () => {
      await client.contacts.acceptKey({ contactId: contact.contactId, fingerprint: candidate.fingerprint });
      await contacts.getState().load();
      return text('paused.accepted', { name });
    });
  return (
    <li className="candidate stack tight" data-testid="candidate">
      <h4 className="candidate-title">{title}</h4>
      <p className="field-hint">
        {text(candidate.vouched ? 'paused.candidate.vouched' : 'paused.candidate.unvouched', { when: times.dateTime(candidate.seenAt), epoch: candidate.epoch })}
      </p>
      <NumberGrid digits={candidate.digits} label={text('paused.candidate.number', { title })} />
      <Fingerprint value={candidate.fingerprint} />
      {sure ? (
        <Banner tone="danger">
          <p>{text('paused.accept.sure', { name })}</p>
          <div className="dialog-actions start">
            <Button autoFocus onPress={() => setSure(false)}>
              {text('paused.accept.keep')}
            </Button>
            <Button kind="danger" onPress={() => void accept()}>
              {text('paused.accept.yes')}
            </Button>
          </div>
        </Banner>
      ) : (
        <div className="dialog-actions start">
          <Button onPress={() => setSure(true)}>{text('paused.accept', { name })}</Button>
        </div>
      )}
    </li>
  );
}

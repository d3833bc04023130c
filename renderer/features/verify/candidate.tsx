import { useId, useState, type ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import { useModel } from '../../app/model-context';
import { useTold } from '../../app/use-told';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Fingerprint } from '../contacts/fingerprint';
import { NumberGrid } from '../contacts/number-grid';

export interface CandidateProps {
  readonly contact: Contact;
  readonly name: string;
  readonly title: string;
  readonly hint: string;
  readonly digits: string;
  /** SHA-256, 64 hex digits. */
  readonly fingerprint: string;
}

/** One key in question. Taking it cannot be undone, so it is asked once more, with the safe answer first. */
export function Candidate({ contact, name, title, hint, digits, fingerprint }: CandidateProps): ReactNode {
  const text = useText();
  const { client, contacts } = useModel();
  const told = useTold();
  const [sure, setSure] = useState(false);
  const titleId = useId();
  const accept = (): Promise<void> =>
    told(async () => {
      await client.contacts.acceptKey({ contactId: contact.contactId, fingerprint });
      await contacts.getState().load();
      return text('paused.accepted', { name });
    });
  return (
    <li className="candidate stack tight" data-testid="candidate">
      <h4 className="candidate-title" id={titleId}>{title}</h4>
      <p className="field-hint">{hint}</p>
      <NumberGrid digits={digits} label={text('paused.candidate.number', { title })} />
      <Fingerprint value={fingerprint} />
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
          {/* There is one below each key. */}
          <Button aria-describedby={titleId} onPress={() => setSure(true)}>
            {text('paused.accept', { name })}
          </Button>
        </div>
      )}
    </li>
  );
}

import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyStatus } from '../../../shared/model/keys';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { useShowOwnMessage } from '../conversation/use-show-message';

/** Whether both hold the same messages, in all that is shown as one conversation; where they differ, the way to the first that does. */
export function TranscriptCheck({ contact, conversationId, status }: { readonly contact: Contact; readonly conversationId: string; readonly status: KeyStatus }): ReactNode {
  const text = useText();
  const show = useShowOwnMessage();
  const showDetails = useUi((state) => state.showDetails);
  const name = nameInSentence(contact.name);
  const { equal, upTo, shown } = status.transcript;
  // By its number alone a message of several dialogs cannot be named.
  const isOne = status.also === undefined;
  return (
    <section className="stack tight" aria-labelledby="transcript-heading">
      <h2 className="small-heading" id="transcript-heading">
        {text('keys.transcript')}
      </h2>
      {equal ? (
        <p>{text('keys.transcript.equal', { count: shown, name })}</p>
      ) : (
        <>
          <Banner tone="danger">
            <p>{isOne ? text('keys.transcript.differs', { n: shown + 1, name }) : text('keys.transcript.differs.part', { name })}</p>
            <p>{text('keys.transcript.differs.text', { name })}</p>
          </Banner>
          <div className="dialog-actions start">
            {isOne ? <Button onPress={() => void show(conversationId, upTo + 1)}>{text('keys.transcript.show')}</Button> : null}
            <Button onPress={() => showDetails('who')}>{text('keys.transcript.compare')}</Button>
          </div>
        </>
      )}
    </section>
  );
}

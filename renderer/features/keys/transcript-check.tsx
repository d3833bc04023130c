import type { ReactNode } from 'react';
import type { Contact } from '../../../shared/model/contact';
import type { KeyStatus } from '../../../shared/model/keys';
import { useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { detailsLieOver } from '../../app/panes';
import { useGoTo } from '../search/use-go-to';

/** Whether both hold the same messages, in all that is shown as one conversation; where they differ, the way to where that was found. */
export function TranscriptCheck({ contact, conversationId, status }: { readonly contact: Contact; readonly conversationId: string; readonly status: KeyStatus }): ReactNode {
  const text = useText();
  const goTo = useGoTo();
  const showDetails = useUi((state) => state.showDetails);
  const closeDetails = useUi((state) => state.closeDetails);
  const name = nameInSentence(contact.name);
  const { equal, shown, messageId } = status.transcript;
  // What is counted in one of several parts is no number of the whole.
  const isOne = status.also === undefined;
  const show = (message: string): void => {
    if (detailsLieOver()) closeDetails();
    void goTo.message(conversationId, message);
  };
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
            <p>{isOne ? text('keys.transcript.differs', { n: shown, name }) : text('keys.transcript.differs.part', { name })}</p>
            <p>{text('keys.transcript.differs.text', { name })}</p>
            {messageId === undefined ? <p>{text('keys.transcript.notHere')}</p> : null}
          </Banner>
          <div className="dialog-actions start">
            {messageId === undefined ? null : <Button onPress={() => show(messageId)}>{text('keys.transcript.show')}</Button>}
            <Button onPress={() => showDetails('who')}>{text('keys.transcript.compare')}</Button>
          </div>
        </>
      )}
    </section>
  );
}

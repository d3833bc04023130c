import { useState, type ReactNode } from 'react';
import { OctagonX } from 'lucide-react';
import type { Contact } from '../../../shared/model/contact';
import type { Conversation } from '../../../shared/model/conversation';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { failureWords } from './failure-reasons';

/** In place of the composer: why this conversation was stopped, what is safe, and the way on. */
export function FailedBar({ contact, conversation }: { readonly contact: Contact; readonly conversation: Conversation }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const [busy, setBusy] = useState(false);
  const name = nameInSentence(contact.name);
  const { conversationId, continuedBy, failure } = conversation;

  const goOn = async (): Promise<void> => {
    setBusy(true);
    try {
      const next = await model.conversations.getState().continue(conversationId);
      // Whoever has gone to another one meanwhile stays there.
      if (model.ui.getState().selection?.conversationId === conversationId) model.showConversation(next);
    } catch (thrown) {
      model.ui.getState().toast(errorText(thrown), 'danger');
    } finally {
      setBusy(false);
    }
  };

  return (
    <section className="failed-bar" aria-labelledby="failed-heading">
      <h2 id="failed-heading" className="failed-heading">
        <OctagonX aria-hidden="true" />
        {text('failed.heading')}
      </h2>
      <p>{text(failureWords(failure), { name })}</p>
      <p className="failed-safe">{text('failed.safe', { name })}</p>
      <div className="failed-actions">
        {continuedBy === undefined ? (
          <Button kind="main" isDisabled={busy} onPress={() => void goOn()}>
            {text('failed.continue')}
          </Button>
        ) : (
          <Button kind="main" onPress={() => model.showConversation(continuedBy)}>
            {text('failed.continued')}
          </Button>
        )}
        {failure === undefined ? null : <code className="failed-rule">{text('composer.failed.rule', { rule: failure })}</code>}
      </div>
    </section>
  );
}

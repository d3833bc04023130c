import { useEffect, useState, type ReactNode } from 'react';
import { useContacts, useConversations, useExport, useModel, useUi } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { ChoiceCards } from '../../ui/choice-cards';
import { Dialog } from '../../ui/dialog';
import { ProgressBar } from '../../ui/progress-bar';
import { nameInSentence, plainLine } from '../../ui/strangers';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { findContact } from '../contacts/contacts-store';
import { findConversation } from '../conversations/conversations-store';
import { type ExportKind, exportShown } from './export-store';

const kinds: readonly ExportKind[] = ['html', 'json', 'archive'];

/** The conversation that is shown, as a file for reading, for other programs, or to keep. */
export function ExportDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const close = useUi((state) => state.closeDialog);
  const conversationId = useUi(exportShown);
  const disappears = useConversations((state) => (findConversation(state, conversationId)?.disappearAfter ?? 0) > 0);
  const phase = useExport((state) => state.phase);
  const isOwn = phase.step !== 'idle' && phase.conversationId === conversationId;
  const [kind, setKind] = useState<ExportKind>('html');
  // The button goes with what it began; from nowhere Escape would close nothing.
  const place = useFocusIfLost<HTMLDivElement>(phase.step);
  // What was seen here is not shown again when the same conversation is to be exported; what still runs is told when it ends.
  useEffect(() => () => model.exports.getState().again(), [model]);
  return (
    <Dialog title={text('export.title')} onClose={close}>
      <div className="stack" ref={place} tabIndex={-1}>
        <p className="field-hint">{text('export.lead')}</p>
        {phase.step === 'running' ? (
          <>
            {isOwn ? null : <OtherRuns conversationId={phase.conversationId} />}
            <ProgressBar label={text('export.running')} done={phase.done} total={phase.total} words={phase.total === 0 ? '' : text('export.progress', { done: phase.done, total: phase.total })} />
            <div className="dialog-actions">
              <Button onPress={() => model.background(model.exports.getState().cancel())}>{text('export.cancel')}</Button>
            </div>
          </>
        ) : isOwn && phase.step === 'done' ? (
          <>
            <div role="status">
              <Banner tone="calm">{text('export.done', { count: phase.messages, path: phase.path })}</Banner>
            </div>
            <div className="dialog-actions">
              <Button onPress={() => model.exports.getState().again()}>{text('export.again')}</Button>
              <Button kind="main" autoFocus onPress={close}>
                {text('export.close')}
              </Button>
            </div>
          </>
        ) : (
          <>
            {isOwn && phase.step === 'failed' ? <Banner tone="danger">{errorText(phase.failure)}</Banner> : null}
            <ChoiceCards label={text('export.kind')} value={kind} onChange={setKind} cards={kinds.map((value) => ({ value, title: text(`export.${value}`), text: text(`export.${value}.text`) }))} />
            {disappears ? <p className="plain-warning">{text('export.disappears')}</p> : null}
            {kind === 'archive' ? <p className="plain-warning">{text('export.archive.proves')}</p> : null}
            <div className="dialog-actions">
              <Button kind="main" isDisabled={conversationId === undefined} onPress={() => (conversationId === undefined ? undefined : model.background(model.exports.getState().start(conversationId, kind)))}>
                {text('export.start')}
              </Button>
            </div>
          </>
        )}
      </div>
    </Dialog>
  );
}

/** There is one export at a time: whose the bar below is, where it is not that of this conversation. */
function OtherRuns({ conversationId }: { readonly conversationId: string }): ReactNode {
  const text = useText();
  const conversation = useConversations((state) => findConversation(state, conversationId));
  const name = useContacts((state) => findContact(state, conversation?.contactId)?.name) ?? '';
  const title = conversation?.title ?? '';
  return <p role="status">{text('export.other', { name: nameInSentence(name), title: plainLine(title, 80), titled: title === '' ? 'no' : 'yes' })}</p>;
}

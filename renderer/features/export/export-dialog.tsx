import { useEffect, useState, type ReactNode } from 'react';
import { useExport, useModel, useUi } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { ChoiceCards } from '../../ui/choice-cards';
import { Dialog } from '../../ui/dialog';
import { ProgressBar } from '../../ui/progress-bar';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import type { ExportKind } from './export-store';

const kinds: readonly ExportKind[] = ['html', 'json', 'archive'];

/** The conversation that is shown, as a file for reading, for other programs, or to keep. */
export function ExportDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const close = useUi((state) => state.closeDialog);
  const conversationId = useUi((state) => state.dialogConversation ?? state.selection?.conversationId);
  const phase = useExport((state) => state.phase);
  const [kind, setKind] = useState<ExportKind>('html');
  // The button goes with what it began; from nowhere Escape would close nothing.
  const place = useFocusIfLost<HTMLDivElement>(phase.step);
  // What was seen here is not shown again when another conversation is to be exported; what still runs is told when it ends.
  useEffect(() => () => model.exports.getState().again(), [model]);
  return (
    <Dialog title={text('export.title')} onClose={close}>
      <div className="stack" ref={place} tabIndex={-1}>
        <p className="field-hint">{text('export.lead')}</p>
        {phase.step === 'running' ? (
          <>
            <ProgressBar label={text('export.running')} done={phase.done} total={phase.total} words={phase.total === 0 ? '' : text('export.progress', { done: phase.done, total: phase.total })} />
            <div className="dialog-actions">
              <Button onPress={() => model.background(model.exports.getState().cancel())}>{text('export.cancel')}</Button>
            </div>
          </>
        ) : phase.step === 'done' ? (
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
            {phase.failure === undefined ? null : <Banner tone="danger">{errorText(phase.failure)}</Banner>}
            <ChoiceCards label={text('export.kind')} value={kind} onChange={setKind} cards={kinds.map((value) => ({ value, title: text(`export.${value}`), text: text(`export.${value}.text`) }))} />
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

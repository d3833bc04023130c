import { useEffect } from 'react';
import { useExport, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { exportShown } from './export-store';

/** Tells how an export ended where its dialog is not open any more, or shows another conversation; the next one begins anew. */
export function useExportTold(): void {
  const text = useText();
  const errorText = useErrorText();
  const { exports, ui } = useModel();
  const phase = useExport((state) => state.phase);
  useEffect(() => {
    if (phase.step === 'idle' || phase.step === 'running') return;
    if (exportShown(ui.getState()) === phase.conversationId) return;
    if (phase.step === 'done') ui.getState().toast(text('export.done', { count: phase.messages, path: phase.path }));
    else ui.getState().toast(errorText(phase.failure), 'danger');
    exports.getState().again();
  }, [exports, ui, phase, text, errorText]);
}

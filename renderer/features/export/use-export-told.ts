import { useEffect } from 'react';
import { useExport, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';

/** Tells how an export ended where its dialog is not open any more; the next one begins anew. */
export function useExportTold(): void {
  const text = useText();
  const errorText = useErrorText();
  const { exports, ui } = useModel();
  const phase = useExport((state) => state.phase);
  useEffect(() => {
    if (ui.getState().dialog === 'export') return;
    if (phase.step === 'done') ui.getState().toast(text('export.done', { count: phase.messages, path: phase.path }));
    else if (phase.step === 'idle' && phase.failure !== undefined) ui.getState().toast(errorText(phase.failure), 'danger');
    else return;
    exports.getState().again();
  }, [exports, ui, phase, text, errorText]);
}

import { useEffect, useRef } from 'react';
import { useBackup, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';

/** Tells how a backup ended where its own page is not open, and that one was brought back, after which there is another screen. */
export function useBackupTold(): void {
  const text = useText();
  const errorText = useErrorText();
  const { ui } = useModel();
  const phase = useBackup((state) => state.phase);
  const told = useRef<typeof phase>(undefined);
  useEffect(() => {
    // Once each: other words, as in another language that was in the backup, are no other end.
    if (told.current === phase) return;
    told.current = phase;
    if (phase.step === 'restored') ui.getState().toast(text('restore.done'));
    const { dialog, settingsSection, toast } = ui.getState();
    if (dialog === 'settings' && settingsSection === 'backup') return;
    if (phase.step === 'created') toast(text('backup.done.toast'));
    if (phase.step === 'failed' && phase.failure.code !== 'backup.cancelled') toast(errorText(phase.failure), 'danger');
  }, [ui, phase, text, errorText]);
}

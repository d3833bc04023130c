import { useEffect } from 'react';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Tells that a message was deleted, by this person on another device or at the end of its time, while its text was being changed here. */
export function useEditLost(): void {
  const text = useText();
  const { drafts, ui } = useModel();
  useEffect(
    () =>
      drafts.subscribe((now, before) => {
        if (now.lostEdits > before.lostEdits) ui.getState().toast(text('composer.editLost'), 'danger');
      }),
    [drafts, ui, text],
  );
}

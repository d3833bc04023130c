import { useEffect } from 'react';
import { useDrafts, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/**
 * Tells that a message was deleted, by this person on another device or at the end of its time, while its text was being changed here: also where that
 * came before the window with conversations was there, as its time ended behind a lock.
 */
export function useEditLost(): void {
  const text = useText();
  const { drafts, ui } = useModel();
  const editLost = useDrafts((state) => state.editLost);
  useEffect(() => {
    if (!editLost) return;
    drafts.getState().toldOfLostEdit();
    ui.getState().toast(text('composer.editLost'), 'danger');
  }, [editLost, drafts, ui, text]);
}

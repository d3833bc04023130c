import { useCallback } from 'react';
import type { Settings } from '../../../shared/model/settings';
import { useModel } from '../../app/model-context';
import { useErrorText } from '../../i18n/use-text';

/** Changes preferences; a refusal is told and nothing changes on screen. */
export function useChangeSettings(): (change: Partial<Settings>) => void {
  const errorText = useErrorText();
  const { settings, ui } = useModel();
  return useCallback(
    (change) => {
      settings
        .getState()
        .change(change)
        .catch((thrown: unknown) => ui.getState().toast(errorText(thrown), 'danger'));
    },
    [settings, ui, errorText],
  );
}

import { useCallback } from 'react';
import type { ErrorCode } from '../../shared/errors';
import { toFailure } from '../bridge/failure';
import { useErrorText } from '../i18n/use-text';
import { useModel } from './model-context';

/** Does something and tells the result as a toast, whichever it is; nothing for `silent`: the person gave it up. */
export function useTold(silent?: ErrorCode): (task: () => Promise<string>) => Promise<void> {
  const errorText = useErrorText();
  const { ui } = useModel();
  return useCallback(
    async (task) => {
      try {
        ui.getState().toast(await task());
      } catch (thrown) {
        if (toFailure(thrown).code !== silent) ui.getState().toast(errorText(thrown), 'danger');
      }
    },
    [errorText, ui, silent],
  );
}

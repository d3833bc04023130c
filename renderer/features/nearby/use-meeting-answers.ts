import { useCallback, useState } from 'react';
import { useModel } from '../../app/model-context';
import { useErrorText } from '../../i18n/use-text';

/** The two answers a meeting asks for; one at a time, a refusal is told. */
export function useMeetingAnswers(): { readonly busy: boolean; readonly answer: (accept: boolean) => Promise<boolean>; readonly confirm: (same: boolean) => Promise<boolean> } {
  const errorText = useErrorText();
  const { nearby, ui } = useModel();
  const [busy, setBusy] = useState(false);
  const run = useCallback(
    async (task: Promise<void>): Promise<boolean> => {
      setBusy(true);
      try {
        await task;
        return true;
      } catch (thrown) {
        ui.getState().toast(errorText(thrown), 'danger');
        return false;
      } finally {
        setBusy(false);
      }
    },
    [errorText, ui],
  );
  const answer = useCallback((accept: boolean) => run(nearby.getState().answer(accept)), [run, nearby]);
  const confirm = useCallback((same: boolean) => run(nearby.getState().confirm(same)), [run, nearby]);
  return { busy, answer, confirm };
}

import { useCallback } from 'react';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';

export interface TakeFiles {
  /** Dropped or pasted ones. */
  readonly take: (files: readonly File[]) => void;
  /** A dialog asks. */
  readonly choose: () => void;
}

/** Puts files beside what is being written; the person sees them before anything is sent. */
export function useTakeFiles(conversationId: string, then: () => void): TakeFiles {
  const text = useText();
  const errorText = useErrorText();
  const { client, files, ui } = useModel();
  const hold = useCallback(
    async (taking: ReturnType<typeof client.takeFiles>, asked: number): Promise<void> => {
      try {
        const taken = await taking;
        files.getState().stage(conversationId, taken);
        if (taken.length === 0 && asked > 0) ui.getState().toast(text('files.noneTaken'), 'danger');
        else if (taken.length < asked) ui.getState().toast(text('files.leftOut', { count: asked - taken.length }), 'danger');
        if (taken.length > 0) then();
      } catch (thrown) {
        ui.getState().toast(errorText(thrown), 'danger');
      }
    },
    [conversationId, files, ui, text, errorText, then],
  );
  return {
    take: useCallback((given: readonly File[]) => void hold(client.takeFiles(given), given.length), [client, hold]),
    choose: useCallback(() => void hold(client.desktop.chooseFiles(), 0), [client, hold]),
  };
}

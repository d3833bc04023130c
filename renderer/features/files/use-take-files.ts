import { useCallback, type RefObject } from 'react';
import { mostFilesAtOnce } from '../../../shared/files-at-once';
import type { TokenFile } from '../../../shared/model/transfer';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';

export interface TakeFiles {
  /** Dropped or pasted ones. */
  readonly take: (files: readonly File[]) => void;
  /** A dialog asks. */
  readonly choose: () => void;
}

/** Puts files beside what is being written; the person sees them before anything is sent, and goes on in `field`. */
export function useTakeFiles(conversationId: string, field: RefObject<HTMLElement | null>): TakeFiles {
  const text = useText();
  const errorText = useErrorText();
  const { client, files, ui } = useModel();
  const hold = useCallback(
    async (taking: Promise<{ readonly files: readonly TokenFile[]; readonly asked: number }>): Promise<void> => {
      const answered = focusWhereAsked();
      const warn = (words: string): void => ui.getState().toast(words, 'danger');
      try {
        const { files: taken, asked } = await taking;
        files.getState().stage(conversationId, taken);
        const [beyond, leftOut] = [Math.max(0, asked - mostFilesAtOnce), Math.min(asked, mostFilesAtOnce) - taken.length];
        if (beyond > 0 && taken.length > 0) warn(text('files.tooMany', { most: mostFilesAtOnce, count: beyond }));
        if (taken.length === 0 && asked > 0) warn(text('files.noneTaken'));
        else if (leftOut > 0) warn(text('files.leftOut', { count: leftOut }));
        if (taken.length > 0) answered(field.current);
      } catch (thrown) {
        // The words for that error are about places to save to.
        warn(toFailure(thrown).code === 'path.unusable' ? text('files.notReadable') : errorText(thrown));
      }
    },
    [conversationId, files, ui, text, errorText, field],
  );
  return {
    take: useCallback((given: readonly File[]) => void hold(client.takeFiles(given).then((taken) => ({ files: taken, asked: given.length }))), [client, hold]),
    choose: useCallback(() => void hold(client.desktop.chooseFiles()), [client, hold]),
  };
}

import { useCallback } from 'react';
import type { Transfer } from '../../../shared/model/transfer';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { toFailure } from '../../bridge/failure';

export type FileAct = 'accept' | 'pause' | 'resume' | 'cancel' | 'save' | 'showSaved' | 'sendAgain';

/** Does something with a file; how it went wrong, where it did, is said by a toast. */
export function useFileAct(): (act: FileAct, transfer: Pick<Transfer, 'transferId' | 'conversationId'>) => void {
  const text = useText();
  const errorText = useErrorText();
  const { client, ui, files, messages } = useModel();
  return useCallback(
    (act, { transferId, conversationId }) => {
      const run = async (): Promise<void> => {
        if (act === 'save') {
          const { path } = await client.files.save({ transferId });
          files.getState().markSaved(transferId);
          ui.getState().toast(text('files.saved', { path }));
        } else if (act === 'sendAgain') {
          // A message of its own: what was called off stays as it is.
          await client.files.send({ conversationId, from: transferId });
          await messages.getState().loadNewest(conversationId);
        } else if (act === 'showSaved') await client.desktop.showSaved({ transferId });
        else await client.files[act]({ transferId });
      };
      run().catch((thrown: unknown) => {
        // The dialog was given up: nothing to be told.
        if (toFailure(thrown).code !== 'path.required') ui.getState().toast(errorText(thrown), 'danger');
      });
    },
    [client, ui, files, messages, text, errorText],
  );
}

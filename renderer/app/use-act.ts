import { useState } from 'react';
import { useModel } from './model-context';
import { useCloseOwn, useFailure } from './use-gone';

export interface Act {
  readonly busy: boolean;
  readonly failure: unknown;
  /** Ends by closing the dialog and saying what was done, or by the failure. Nothing happens while it runs already. */
  readonly run: (task: () => Promise<unknown>, done: string) => Promise<void>;
  /** What failed was mended: it is said no more. */
  readonly mended: () => void;
}

/** What a dialog does when it is answered. */
export function useAct(onClose: () => void): Act {
  const { ui } = useModel();
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  return {
    busy,
    failure,
    mended: () => setFailure(undefined),
    run: async (task, done) => {
      if (busy) return;
      setBusy(true);
      setFailure(undefined);
      try {
        await task();
        ui.getState().toast(done);
        close();
      } catch (thrown) {
        setFailure(thrown);
        setBusy(false);
      }
    },
  };
}

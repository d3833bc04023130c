import { useState } from 'react';
import { useModel } from '../../app/model-context';

export interface DeviceAct {
  readonly busy: boolean;
  readonly failure: unknown;
  /** Ends by closing the dialog and saying what was done, or by the failure. */
  readonly run: (task: () => Promise<void>, done: string) => Promise<void>;
}

/** What the question of a dialog about a device comes to. */
export function useDeviceAct(onClose: () => void): DeviceAct {
  const { ui } = useModel();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  return {
    busy,
    failure,
    run: async (task, done) => {
      setBusy(true);
      setFailure(undefined);
      try {
        await task();
        ui.getState().toast(done);
        onClose();
      } catch (thrown) {
        setFailure(thrown);
        setBusy(false);
      }
    },
  };
}

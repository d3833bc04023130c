import type { ReactNode } from 'react';
import { NearbyAskHere } from '../features/nearby/nearby-bar';
import { DialogNotice } from '../ui/dialog-notice';
import { later } from './later';
import { useUi } from './model-context';
import { useFocusBack } from './use-focus-back';

const OneDialog = later(async () => (await import('./one-dialog')).OneDialog);

/** The one dialog that is open, if any, with what must be heard at its top. */
export function Dialogs(): ReactNode {
  return (
    <DialogNotice value={<NearbyAskHere />}>
      <OpenDialog />
    </DialogNotice>
  );
}

function OpenDialog(): ReactNode {
  const dialog = useUi((state) => state.dialog);
  useFocusBack(dialog !== undefined);
  return dialog === undefined ? null : <OneDialog />;
}

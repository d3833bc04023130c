import { useEffect, useRef, type ReactNode } from 'react';
import { NearbyAskHere } from '../features/nearby/nearby-bar';
import { DialogNotice } from '../ui/dialog-notice';
import { keepFocus } from './keep-focus';
import { later } from './later';
import { useUi } from './model-context';
import { focusBack } from './panes';

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
  // Where it was opened from may be gone: an item of a menu, a message.
  const wasOpen = useRef(false);
  useEffect(() => {
    if (dialog !== undefined) wasOpen.current = true;
    else if (wasOpen.current) return keepFocus(focusBack);
    return undefined;
  }, [dialog]);
  return dialog === undefined ? null : <OneDialog />;
}

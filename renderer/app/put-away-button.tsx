import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { useText } from '../i18n/use-text';
import { IconButton } from '../ui/icon-button';
import { focusBack } from './panes';

/** Takes a bar away that was read; the focus goes back to where it was before. */
export function PutAwayButton({ onPress }: { readonly onPress: () => void }): ReactNode {
  const text = useText();
  return (
    <IconButton
      label={text('bar.dismiss')}
      onPress={() => {
        onPress();
        requestAnimationFrame(focusBack);
      }}
    >
      <X aria-hidden="true" />
    </IconButton>
  );
}
